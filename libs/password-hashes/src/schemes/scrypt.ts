import { scryptSync } from 'node:crypto';
import { comparing } from '../compare.js';
import {
  base64,
  cryptAlphabet,
  cryptBase64,
  type Encoding,
  isDigestLength,
  lowerCaseHex,
  phcBase64,
} from '../encodings.js';
import type { Refusal, Scheme } from '../scheme.js';

/** Parameter names of RFC 7914. */
export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** 256 MiB plus the overhead of scrypt, so that concurrent checks do not exhaust the memory. */
const mostMemory = 257 * 1024 * 1024;

/** N times r times p. The limit takes about 1 s of CPU time, twice the strongest choice of OWASP. */
const mostWork = 2 ** 21;

/**
 * RFC 7914 requires N < 2^(128 r / 8). OpenSSL throws for other values, and limits the memory.
 * @returns why a hash of this cost cannot be checked; `undefined` if it can
 */
export function refuseScryptCost({ N, r, p }: ScryptCost): Refusal | undefined {
  const isPowerOfTwo = N > 1 && Number.isInteger(Math.log2(N)) && Math.log2(N) < 16 * r;
  const areWhole = Number.isInteger(r) && r > 0 && Number.isInteger(p) && p > 0;
  if (!isPowerOfTwo || !areWhole) return 'impossible';
  return 128 * r * (N + p + 2) <= mostMemory && N * r * p <= mostWork ? undefined : 'too_costly';
}

/** OWASP's password storage cheat sheet: N=2^13, r=8, p=10, or equivalent parameters. */
const isOutdated = ({ N, r, p }: ScryptCost): boolean => N * r * p < 2 ** 13 * 8 * 10;

export const scrypt = (password: string, salt: Uint8Array, length: number, cost: ScryptCost): Buffer =>
  scryptSync(password, salt, length, { ...cost, maxmem: mostMemory });

interface Fields {
  cost: ScryptCost;
  salt: Uint8Array | undefined;
  digest: string;
  encoding: Encoding;
}

/** @param marker with which all strings of the scheme begin */
const scryptScheme = (marker: string, fieldsOf: (stored: string) => Fields | undefined): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(marker)) return undefined;
    const fields = fieldsOf(stored);
    const expected = fields?.encoding.decode(fields.digest);
    if (!fields?.salt || !expected || !isDigestLength(expected.length)) return 'impossible';
    const { cost, salt, digest, encoding } = fields;
    const refusal = refuseScryptCost(cost);
    if (refusal) return refusal;
    return comparing({
      digest,
      digestOf: (password) => encoding.encode(scrypt(password, salt, expected.length, cost)),
      cost: `N=${cost.N},r=${cost.r},p=${cost.p}`,
      outdated: isOutdated(cost),
      forImport: () => ({ algorithm: 'SCRYPT', N: cost.N, r: cost.r, p: cost.p, salt, digest: expected }),
    });
  },
});

const phcForm =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,8}),p=([1-9]\d{0,8})\$([A-Za-z0-9+/]{0,1366})\$([A-Za-z0-9+/]{22,171})$/;

/** The PHC string format, also used by passlib, with up to 1,024 bytes of salt. */
export const phcScryptScheme = scryptScheme('$scrypt$', (stored) => {
  const [match, ln, r, p, salt = '', digest = ''] = phcForm.exec(stored) ?? [];
  if (match === undefined) return undefined;
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  return { cost, salt: phcBase64.decode(salt), digest, encoding: phcBase64 };
});

const djangoForm =
  /^scrypt\$([1-9]\d{0,9})\$([^$]{1,128})\$([1-9]\d{0,8})\$([1-9]\d{0,8})\$([A-Za-z0-9+/]{86}==)$/;

/** Django's ScryptPasswordHasher: N, salt as text, r, p, 64 bytes. */
export const djangoScryptScheme = scryptScheme('scrypt$', (stored) => {
  const [match, N, salt = '', r, p, digest = ''] = djangoForm.exec(stored) ?? [];
  if (match === undefined) return undefined;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt), digest, encoding: base64 };
});

const werkzeugForm = /^scrypt:([1-9]\d{0,9}):([1-9]\d{0,8}):([1-9]\d{0,8})\$([^$]{1,128})\$([0-9a-f]{128})$/;

/** Werkzeug since 2.3: salt as text, 64 bytes in hexadecimal. */
export const werkzeugScryptScheme = scryptScheme('scrypt:', (stored) => {
  const [match, N, r, p, salt = '', digest = ''] = werkzeugForm.exec(stored) ?? [];
  if (match === undefined) return undefined;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt), digest, encoding: lowerCaseHex };
});

// one digit of log2 N, five digits each of r and p, the salt as text, 32 bytes
const cryptForm =
  /^\$7\$([./A-Za-z0-9])([./A-Za-z0-9]{5})([./A-Za-z0-9]{5})([^$]{0,128})\$([./A-Za-z0-9]{43})$/;

/** crypt(3)'s `$7$` (crypt(5)), the scrypt encoding of yescrypt's authors. */
export const cryptScryptScheme = scryptScheme('$7$', (stored) => {
  const [match, log2N = '', r = '', p = '', salt = '', digest = ''] = cryptForm.exec(stored) ?? [];
  if (match === undefined) return undefined;
  const cost = { N: 2 ** cryptNumber(log2N), r: cryptNumber(r), p: cryptNumber(p) };
  return { cost, salt: Buffer.from(salt), digest, encoding: cryptBase64 };
});

const cryptNumber = (digits: string): number =>
  [...digits].reduce((sum, digit, index) => sum + cryptAlphabet.indexOf(digit) * 64 ** index, 0);
