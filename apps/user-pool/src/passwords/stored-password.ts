import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { createVerifier, type SrpVerifier } from './srp-verifier.js';

/** A password as it is kept: a salted scrypt hash, and what SRP needs to check it unseen. */
export interface StoredPassword {
  salt: string;
  hash: string;
  srp: SrpVerifier;
}

/** Small on purpose: a stand-in signs in thousands of made-up users, and guards none. */
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

/** Takes as long as a check for a real user, so that unknown ones cannot be told apart by time. */
export async function checkNobodysPassword(password: string): Promise<void> {
  await derive(password, decoy);
}

/** The exact code points count, all of them: nothing is normalised and nothing is cut. */
function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(password, 'utf8'), salt, 32, cost, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
