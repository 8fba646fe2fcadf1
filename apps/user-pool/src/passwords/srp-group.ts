import { createDiffieHellman, createHash, getDiffieHellman } from 'node:crypto';

/** The 3072-bit group of RFC 3526 with generator 2, which Cognito's SRP uses. */
const prime = getDiffieHellman('modp15').getPrime();
export const N = toNumber(prime);
export const g = 2n;

export function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

/** `base` to the power of `exponent` in the group; OpenSSL does it many times faster than BigInt. */
export function power(base: bigint, exponent: Buffer): bigint {
  const exchange = createDiffieHellman(prime, 2);
  exchange.setPrivateKey(exponent);
  return toNumber(exchange.computeSecret(padded(base)));
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

/** The part of a pool's id that takes part in the calculation. */
export const poolName = (poolId: string): string => poolId.split('_')[1] ?? '';
