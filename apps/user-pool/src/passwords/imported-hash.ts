import { verify as verifyArgon2 } from '@node-rs/argon2';
import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordHashingAlgorithmType } from '@aws-sdk/client-cognito-identity-provider';
import { verifyPassword } from '#password-hashes';
import type { ImportedHash } from '../state/records.js';

/** Why a hash cannot be imported. (Developer guide, Importing users with password hashes) */
export type HashRefusal = 'malformed' | 'out of bounds';

const base64 = '[A-Za-z0-9+/]';

const formats: Record<PasswordHashingAlgorithmType, RegExp> = {
  // The last character of salt and digest has fewer bits than six.
  BCRYPT: /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/,
  SCRYPT: /^(\d{1,9})\$(\d{1,9})\$(\d{1,9})\$((?:[0-9a-fA-F]{2})+)\$((?:[0-9a-fA-F]{2})+)$/,
  ARGON2ID: new RegExp(
    String.raw`^\$argon2id\$v=(?:16|19)\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$(${base64}{11,})\$(${base64}{16,})$`,
  ),
  PBKDF2_SHA256: new RegExp(String.raw`^\$pbkdf2-sha256\$(\d{1,9})\$(${base64}+)\$(${base64}{43})$`),
};

/** The least and the greatest value of each number in the hash, in the order of the format. */
const bounds: Record<PasswordHashingAlgorithmType, [least: number, greatest: number][]> = {
  BCRYPT: [[4, 12]],
  SCRYPT: [
    [2, 65_536],
    [1, 8],
    [1, 1],
  ],
  ARGON2ID: [
    [8, 19_456],
    [1, 2],
    [1, 1],
  ],
  PBKDF2_SHA256: [[1, 600_000]],
};

/** @returns `undefined` if the hash can be imported */
export function refuseHash({ algorithm, hash }: ImportedHash): HashRefusal | undefined {
  const fields = formats[algorithm].exec(hash);
  if (!fields) return 'malformed';
  const numbers = bounds[algorithm].map((_bound, index) => Number(fields[index + 1]));
  if (algorithm === 'SCRYPT' && !Number.isInteger(Math.log2(numbers[0] ?? 0))) return 'malformed';
  const fits = bounds[algorithm].every(([least, greatest], index) => {
    const value = numbers[index] ?? NaN;
    return value >= least && value <= greatest;
  });
  return fits ? undefined : 'out of bounds';
}

/** Checks a password against a hash that `refuseHash` does not refuse. */
export async function isImportedPassword(
  { algorithm, hash }: ImportedHash,
  password: string,
): Promise<boolean> {
  switch (algorithm) {
    case 'BCRYPT':
      return (await verifyPassword(password, hash)).startsWith('match');
    case 'ARGON2ID':
      return verifyArgon2(hash, password);
    case 'SCRYPT':
      return isScrypt(hash, password);
    case 'PBKDF2_SHA256':
      return isPbkdf2(hash, password);
  }
}

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

async function isScrypt(hash: string, password: string): Promise<boolean> {
  const [N, r, p, salt = '', digest = ''] = hash.split('$');
  const expected = Buffer.from(digest, 'hex');
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: 128 * 1024 * 1024 };
  const derived = await deriveScrypt(password, Buffer.from(salt, 'hex'), expected.length, cost);
  return timingSafeEqual(derived, expected);
}

async function isPbkdf2(hash: string, password: string): Promise<boolean> {
  const [, , iterations, salt = '', digest = ''] = hash.split('$');
  const expected = Buffer.from(digest, 'base64');
  const derived = await derivePbkdf2(
    password,
    Buffer.from(salt, 'base64'),
    Number(iterations),
    expected.length,
    'sha256',
  );
  return timingSafeEqual(derived, expected);
}
