import { pbkdf2Sync } from 'node:crypto';
import { comparing } from '../compare.js';
import { adaptedBase64, base64, phcBase64 } from '../encodings.js';
import type { Scheme, StoredHash } from '../scheme.js';

export type Pbkdf2Hash = 'sha1' | 'sha256' | 'sha512';

export interface Pbkdf2 {
  hash: Pbkdf2Hash;
  iterations: number;
  salt: Uint8Array | undefined;
  /** The encoded digest of the stored string. */
  digest: string;
  bytes: number;
  encode: (bytes: Uint8Array) => string;
}

const blockBytes = { sha1: 20, sha256: 32, sha512: 64 };

/**
 * Iterations times output blocks. 1,000,000 take 0.2 s of CPU time with SHA-256 and 0.5 s with SHA-512. Django 6.0
 * uses 1,200,000 and each release increases the number.
 */
const mostWork = 3_000_000;

/** OWASP's password storage cheat sheet. */
const wantedIterations = { sha1: 1_300_000, sha256: 600_000, sha512: 210_000 };

export function pbkdf2({ hash, iterations, salt, digest, bytes, encode }: Pbkdf2): StoredHash | undefined {
  const work = iterations * Math.ceil(bytes / blockBytes[hash]);
  if (!salt || bytes < 10 || !(work >= 1 && work <= mostWork)) return undefined;
  return comparing({
    digest,
    digestOf: (password) => encode(pbkdf2Sync(password, salt, iterations, bytes, hash)),
    cost: `${hash},i=${iterations},l=${bytes}`,
    outdated: iterations < wantedIterations[hash],
  });
}

// passlib allows up to 1,024 bytes of salt
const passlibForm =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$([1-9]\d{0,9})\$([A-Za-z0-9./]{0,1366})\$([A-Za-z0-9./]{20,171})$/;

// $pbkdf2-sha256$i=600000,l=32$salt$digest
const phcForm =
  /^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,3}))?\$([A-Za-z0-9+/]{0,171})\$([A-Za-z0-9+/]{20,171})$/;

/** passlib's, whose SHA-1 form has no suffix, and the PHC string format's. */
export const pbkdf2Scheme = (hash: Pbkdf2Hash): Scheme => ({
  read(stored) {
    const parsed = readPasslib(stored) ?? readPhc(stored);
    return parsed?.hash === hash ? pbkdf2(parsed) : undefined;
  },
});

function readPasslib(stored: string): Pbkdf2 | undefined {
  const [match, hash = 'sha1', iterations, salt = '', digest = ''] = passlibForm.exec(stored) ?? [];
  const bytes = adaptedBase64.decode(digest)?.length;
  if (match === undefined || bytes === undefined) return undefined;
  return {
    hash: hash as Pbkdf2Hash,
    iterations: Number(iterations),
    salt: adaptedBase64.decode(salt),
    digest,
    bytes,
    encode: adaptedBase64.encode,
  };
}

function readPhc(stored: string): Pbkdf2 | undefined {
  const [match, hash, iterations, length, salt = '', digest = ''] = phcForm.exec(stored) ?? [];
  const bytes = phcBase64.decode(digest)?.length;
  if (match === undefined || bytes === undefined || Number(length ?? bytes) !== bytes) return undefined;
  return {
    hash: hash as Pbkdf2Hash,
    iterations: Number(iterations),
    salt: phcBase64.decode(salt),
    digest,
    bytes,
    encode: phcBase64.encode,
  };
}

const djangoForm =
  /^pbkdf2_(sha1|sha256|sha512)\$([1-9]\d{0,9})\$([^$]{1,128})\$([A-Za-z0-9+/]{27,86}={0,2})$/;

/** Django's PBKDF2PasswordHasher: salt as text, as many bytes as the hash has. */
export const djangoPbkdf2Scheme = (hash: Pbkdf2Hash): Scheme => ({
  read(stored) {
    const [, name, iterations, salt = '', digest = ''] = djangoForm.exec(stored) ?? [];
    const bytes = blockBytes[hash];
    if (name !== hash || base64.decode(digest)?.length !== bytes) return undefined;
    const common = { hash, bytes, digest, encode: base64.encode };
    return pbkdf2({ ...common, iterations: Number(iterations), salt: Buffer.from(salt) });
  },
});

const werkzeugForm = /^pbkdf2:(sha1|sha256|sha512):([1-9]\d{0,9})\$([^$]{1,128})\$([0-9a-f]{40,128})$/;

/** Werkzeug: salt as text, as many bytes as the hash has, in hexadecimal. */
export const werkzeugPbkdf2Scheme: Scheme = {
  read(stored) {
    const [match, name, iterations, salt = '', digest = ''] = werkzeugForm.exec(stored) ?? [];
    const hash = name as Pbkdf2Hash;
    if (match === undefined || digest.length !== 2 * blockBytes[hash]) return undefined;
    const common = { hash, bytes: blockBytes[hash], digest, encode: hexadecimal };
    return pbkdf2({ ...common, iterations: Number(iterations), salt: Buffer.from(salt) });
  },
};

const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const atlassianPrefix = '{PKCS5S2}';

/** Atlassian (Jira, Confluence, Crowd): 16 bytes of salt and 32 of digest; always SHA-1 and 10,000 iterations. */
export const atlassianScheme: Scheme = {
  read(stored) {
    const bytes = base64.decode(stored.slice(atlassianPrefix.length));
    if (!stored.startsWith(atlassianPrefix) || bytes?.length !== 48) return undefined;
    return pbkdf2({ ...binary('sha1', 10_000, bytes.subarray(0, 16), bytes.subarray(16)) });
  },
};

/** For formats with salt and digest in one byte sequence. */
export const binary = (hash: Pbkdf2Hash, iterations: number, salt: Buffer, digest: Buffer): Pbkdf2 => ({
  hash,
  iterations,
  salt,
  digest: base64.encode(digest),
  bytes: digest.length,
  encode: base64.encode,
});
