import { base64, bcryptBase64, phcBase64 } from './encodings.js';
import type { ScryptCost } from './schemes/scrypt.js';

/** Converts a hash to the layout that a scheme reads; `undefined` if the string has another layout. */
type Rewrite = (stored: string) => string | undefined;

const phcScrypt = (cost: ScryptCost, salt?: Buffer, digest?: Buffer): string | undefined =>
  salt && digest && Number.isInteger(Math.log2(cost.N))
    ? `$scrypt$ln=${Math.log2(cost.N)},r=${cost.r},p=${cost.p}$${phcBase64.encode(salt)}$${phcBase64.encode(digest)}`
    : undefined;

// log2 N, r and p in one hexadecimal number: $e0801$ is N=2^14, r=8, p=1
const springForm =
  /^\$([0-9a-f]{1,2})([0-9a-f]{2})([0-9a-f]{2})\$([A-Za-z0-9+/=]{1,1368})\$([A-Za-z0-9+/=]{1,172})$/;

/** Spring Security's SCryptPasswordEncoder. */
export const springScrypt: Rewrite = (stored) => {
  const [match, log2N = '', r = '', p = '', salt = '', digest = ''] = springForm.exec(stored) ?? [];
  if (match === undefined) return undefined;
  const cost = { N: 2 ** parseInt(log2N, 16), r: parseInt(r, 16), p: parseInt(p, 16) };
  return phcScrypt(cost, base64.decode(salt), base64.decode(digest));
};

const nForm =
  /^\$scrypt\$(ln|n)=([1-9]\d{0,9}),r=([1-9]\d{0,8}),p=([1-9]\d{0,8})\$([A-Za-z0-9+/=]{0,1368})\$([A-Za-z0-9+/=]{1,172})$/;

/** A larger `ln` must be N itself: no implementation accepts N = 2^64. */
const largestLogarithm = 63;

/** AdonisJS writes N as `n`, without padding (@phc/format); Ory Kratos writes it as `ln`, with padding (hash_comparator.go). */
const scryptWithN: Rewrite = (stored) => {
  const [match, name, N, r, p, salt = '', digest = ''] = nForm.exec(stored) ?? [];
  if (match === undefined || (name === 'ln' && Number(N) <= largestLogarithm)) return undefined;
  const encoding = name === 'n' ? phcBase64 : base64;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return phcScrypt(cost, encoding.decode(salt), encoding.decode(digest));
};

const adonisBcryptForm = /^\$bcrypt\$(?:v=(97|98)\$)?r=([1-9]\d?)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{31})$/;

/** AdonisJS: the version is the character code of its letter ("a" if missing); standard base64 instead of bcrypt's. */
const adonisBcrypt: Rewrite = (stored) => {
  const [, version = '97', cost = '', ...texts] = adonisBcryptForm.exec(stored) ?? [];
  const [salt, digest] = texts.map((text) => phcBase64.decode(text));
  if (!salt || !digest) return undefined;
  const letter = String.fromCharCode(Number(version));
  return `$2${letter}$${cost.padStart(2, '0')}$${bcryptBase64.encode(salt)}${bcryptBase64.encode(digest)}`;
};

const timeFirst = /^(\$argon2(?:id|i|d)\$(?:v=\d\d\$)?)(t=\d{1,10}),(m=\d{1,10}),(?=p=)/;

/** AdonisJS writes the passes before the memory. */
const adonisArgon2: Rewrite = (stored) =>
  timeFirst.test(stored) ? stored.replace(timeFirst, '$1$3,$2,') : undefined;

const cryptNames = new Map([
  ['$md5-crypt$', '$1$'],
  ['$sha256-crypt$', '$5$'],
  ['$sha512-crypt$', '$6$'],
]);

/** Ory Kratos writes names instead of the numeric ids of crypt(3). */
const kratosCrypt: Rewrite = (stored) => {
  const name = /^\$[a-z0-9]+-crypt\$/.exec(stored)?.[0] ?? '';
  const prefix = cryptNames.get(name);
  return prefix && prefix + stored.slice(name.length);
};

/** Whether the string begins like a layout that no scheme reads unchanged. */
export const hasFrameworkMarker = (stored: string): boolean => /^\$(?:bcrypt|[0-9a-f]{5,6})\$/.test(stored);

/** Layouts that only one framework writes. No two of them accept the same string. */
const rewrites = [springScrypt, scryptWithN, adonisBcrypt, adonisArgon2, kratosCrypt];

/** @returns the string in the common layout of its hash, unchanged if no rewrite applies */
export function inUsualLayout(stored: string): string {
  for (const rewrite of rewrites) {
    const rewritten = rewrite(stored);
    if (rewritten !== undefined) return rewritten;
  }
  return stored;
}
