import { hashRawSync } from '@node-rs/argon2';
import { comparing } from '../compare.js';
import { isDigestLength, phcBase64 } from '../encodings.js';
import type { ImportableHash, Scheme } from '../scheme.js';

/** Values of the package's const enums, which isolated compilation cannot read. */
const variants = { d: 0, i: 1, id: 2 } as const;
const versions = new Map([
  [undefined, 0],
  ['16', 0],
  ['19', 1],
]);

/** 256 MiB, libsodium's "moderate", so that concurrent checks do not exhaust the memory. */
const mostMemoryKib = 256 * 1024;

/** Memory times passes. 1 GiB takes about 0.3 s of CPU time; the first choice of RFC 9106 (2 GiB) exceeds the limit. */
const mostWorkKib = 1024 * 1024;

const mostLanes = 64;

/** OWASP's password storage cheat sheet: 7 MiB with 5 passes, or equivalent parameters. */
const wantedWorkKib = 7_168 * 5;

// $argon2id$v=19$m=65536,t=3,p=4$salt$digest; without v= it is version 16, from before 2016
const form =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,7})\$([A-Za-z0-9+/]{11,1366})\$([A-Za-z0-9+/]{6,171})$/;

/** Argon2 in the PHC string format (RFC 9106; the reference implementation's encoded form). */
const argon2 = (
  prefix: string,
  variant: keyof typeof variants,
  marker = `${prefix}$argon2${variant}$`,
): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(marker)) return undefined;
    const [, , version, m = '0', t = '0', p = '0', saltText = '', digest = ''] =
      form.exec(stored.slice(prefix.length)) ?? [];
    const [memory, passes, lanes] = [Number(m), Number(t), Number(p)];
    const [salt, expected] = [phcBase64.decode(saltText), phcBase64.decode(digest)];
    // RFC 9106, section 3.1
    if (!salt || !expected || lanes < 1 || memory < 8 * lanes) return 'impossible';
    if (!isDigestLength(expected.length)) return 'impossible';
    if (!isAffordable(memory, passes, lanes)) return 'too_costly';
    const options = {
      algorithm: variants[variant],
      version: versions.get(version) ?? 1,
      memoryCost: memory,
      timeCost: passes,
      parallelism: lanes,
      salt,
      outputLen: expected.length,
    };
    return comparing({
      digest,
      digestOf: (password) => phcBase64.encode(hashRawSync(password, options)),
      cost: `m=${memory},t=${passes},p=${lanes}`,
      outdated: variant !== 'id' || memory * passes < wantedWorkKib,
      forImport: variant === 'id' ? () => forImport(version, options, expected) : undefined,
    });
  },
});

const isAffordable = (memory: number, passes: number, lanes: number): boolean =>
  lanes <= mostLanes && memory <= mostMemoryKib && memory * passes <= mostWorkKib;

interface Argon2Options {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
  salt: Uint8Array;
}

const forImport = (
  version: string | undefined,
  { memoryCost, timeCost, parallelism, salt }: Argon2Options,
  digest: Uint8Array,
): ImportableHash => ({
  algorithm: 'ARGON2ID',
  version: Number(version ?? 16),
  memoryKib: memoryCost,
  passes: timeCost,
  lanes: parallelism,
  salt,
  digest,
});

export const argon2dScheme = argon2('', 'd');
export const argon2iScheme = argon2('', 'i');
export const argon2idScheme = argon2('', 'id');

const djangoSchemes = [argon2('argon2', 'id'), argon2('argon2', 'i'), argon2('argon2', 'd')];

/** Django's Argon2PasswordHasher: the PHC string after the word "argon2". Before Django 3.2 the variant was argon2i. */
export const djangoArgon2Scheme: Scheme = {
  parse(stored, options) {
    if (!stored.startsWith('argon2$')) return undefined;
    for (const scheme of djangoSchemes) {
      const hash = scheme.parse(stored, options);
      if (hash) return hash;
    }
    return 'impossible';
  },
};
