import { createHash, getDiffieHellman } from 'node:crypto';

/** The 3072-bit group of RFC 3526 with generator 2, which Cognito's SRP uses. */
export const N = toNumber(getDiffieHellman('modp15').getPrime());
export const g = 2n;

export function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

/**
 * Modular exponentiation by squaring; takes milliseconds for the exponents of 32 bytes used here.
 * DiffieHellman of node:crypto checks the prime first, which takes more than a second since Node 24.
 */
export function power(base: bigint, exponent: Buffer): bigint {
  let result = 1n;
  for (const bit of toNumber(exponent).toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** Big-endian, with a leading zero byte where the first bit is set, as Java's BigInteger writes it. */
export function padded(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

export const hash = (...parts: (Buffer | string)[]): Buffer =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();

export const k = toNumber(hash(padded(N), padded(g)));

/** The part of the pool id that is used in the calculation. */
export const poolName = (poolId: string): string => poolId.split('_')[1] ?? '';
