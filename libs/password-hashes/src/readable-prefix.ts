import { readStored } from './detect-scheme.js';

const zeros = (count: number): string => '0'.repeat(count);
/** Padded base64 of `bytes` zero bytes. */
const base64Zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64');

const phcSalt = 'c2FsdHNhbHQ';
const phcDigest = zeros(43).replace(/0$/, 'A');
const bcryptTail = '.'.repeat(53);

/** Self-describing crypt(3) strings. */
const crypts = [
  `$2b$04$${bcryptTail}`,
  `$1$salt$${zeros(22)}`,
  `$5$salt$${zeros(43)}`,
  `$6$salt$${zeros(86)}`,
  `$argon2i$v=19$m=8,t=1,p=1$${phcSalt}$${phcDigest}`,
  `$argon2id$v=19$m=8,t=1,p=1$${phcSalt}$${phcDigest}`,
];

const digestBytes = [16, 20, 32, 48, 64, 72];

/** Possible remainders of a stored string after the prefix that a count keeps, with low costs. */
const tails = [
  '',
  bcryptTail,
  `${'A'.repeat(22)}$${'A'.repeat(31)}`,
  `2y$04$${bcryptTail}`,
  `$2b$04$${bcryptTail}`,
  `2b,04$${'.'.repeat(22)}$${'.'.repeat(31)}`,
  `v=2,t=2b,r=4$${'.'.repeat(22)}$${'.'.repeat(31)}`,
  `v=19$m=8,t=1,p=1$${phcSalt}$${phcDigest}`,
  `argon2id$v=19$m=8,t=1,p=1$${phcSalt}$${phcDigest}`,
  `ln=1,r=8,p=1$${phcSalt}$${phcDigest}`,
  `2$salt$8$1$${base64Zeros(64)}`,
  `2:8:1$salt$${zeros(128)}`,
  `$e0801$${base64Zeros(16)}$${base64Zeros(32)}`,
  `${base64Zeros(16)}$${base64Zeros(32)}`,
  `${zeros(32)}:${zeros(128)}`,
  `1$salt$${base64Zeros(20)}`,
  `1$salt$${base64Zeros(32)}`,
  `1$salt$${base64Zeros(64)}`,
  // passlib's PBKDF2 with 20, 32 and 64 bytes
  ...[27, 43, 86].map((digits) => `1$${phcSalt}$${'A'.repeat(digits)}`),
  ...[40, 64, 128].map((digits) => `1$salt$${zeros(digits)}`),
  ...[32, 40, 22, 43, 86].map((digits) => `salt$${zeros(digits)}`),
  `5${zeros(8 + 22)}`,
  `5${zeros(8 + 43)}`,
  `j9T$${zeros(4)}$${zeros(43)}`,
  `/6..../....salt$${zeros(43)}`,
  ...digestBytes.map(base64Zeros),
  ...[...digestBytes, 40].map((bytes) => zeros(2 * bytes)),
  ...crypts.flatMap((text) => [Buffer.from(text).toString('base64'), Buffer.from(text).toString('hex')]),
];

/**
 * Can any scheme read a string with this prefix? Only bcrypt's cost is part of the prefix: other strings with an excessive cost
 * are detected at the sign-in.
 * @param unmarkedScheme the configured scheme of plain digests
 */
export const isReadablePrefix = (beginning: string, unmarkedScheme?: string): boolean =>
  tails.some((tail) => readStored(beginning + tail, { peppers: [''] }, unmarkedScheme) !== undefined);
