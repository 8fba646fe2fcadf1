import { randomBytes } from 'node:crypto';
import { g, hash, padded, poolName, power, toNumber } from './srp-group.js';

/** The SRP verifier of a password. (RFC 2945, RFC 5054) */
export interface SrpVerifier {
  salt: string;
  verifier: string;
}

export function createVerifier(poolId: string, username: string, password: string): SrpVerifier {
  const salt = randomBytes(16);
  const identity = hash(`${poolName(poolId)}${username}:${password}`);
  const exponent = hash(padded(toNumber(salt)), identity);
  return { salt: salt.toString('base64'), verifier: padded(power(g, exponent)).toString('base64') };
}
