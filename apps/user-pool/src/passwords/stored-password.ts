import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { createVerifier, type SrpVerifier } from './srp-verifier.js';

/** A stored password: a salted scrypt hash and the SRP verifier. */
export interface StoredPassword {
  salt: string;
  hash: string;
  srp: SrpVerifier;
}

/** Low cost, because this pool signs in thousands of test users and protects none. */
const cost = { N: 64, r: 8, p: 1 };

interface Owner {
  poolId: string;
  username: string;
}

export async function storePassword({ poolId, username }: Owner, password: string): Promise<StoredPassword> {
  const salt = randomBytes(16);
  return {
    salt: salt.toString('base64'),
    hash: (await derive(password, salt)).toString('base64'),
    srp: createVerifier(poolId, username, password),
  };
}

export async function isPassword(stored: StoredPassword, password: string): Promise<boolean> {
  const hash = await derive(password, Buffer.from(stored.salt, 'base64'));
  return timingSafeEqual(hash, Buffer.from(stored.hash, 'base64'));
}

const decoy = randomBytes(16);

/** Takes as long as a check for an existing user, so that timing does not reveal unknown users. */
export async function checkNobodysPassword(password: string): Promise<void> {
  await derive(password, decoy);
}

/** Compares all code points: passwords are neither normalised nor truncated. */
function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(password, 'utf8'), salt, 32, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
