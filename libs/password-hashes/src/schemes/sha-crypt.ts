import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { cryptBase64, isCryptDigest } from '../encodings.js';
import type { Scheme } from '../scheme.js';

const defaultRounds = 5_000;

/** The bounds of the format. */
const fewestRounds = 1_000;
const formatMaximum = 999_999_999;

/** Takes 1 s of CPU time, 2.4 s for a password of 768 bytes. passlib's default is 656,000. */
const mostRounds = 750_000;

// any salt without a "$", as in the specification and PHP; others allow only letters, digits, "." and "/"
const form = /^(?:rounds=([1-9]\d{0,8})\$)?([^$]{0,16})\$([./A-Za-z0-9]+)$/;

interface Variant {
  prefix: '$5$' | '$6$';
  algorithm: 'sha256' | 'sha512';
  bytes: number;
  order: number[];
}

/** Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512" (akkadia.org/drepper/SHA-crypt.txt). */
const shaCrypt = ({ prefix, algorithm, bytes, order }: Variant): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const [, written, salt = '', digest = ''] = form.exec(stored.slice(prefix.length)) ?? [];
    const rounds = Number(written ?? defaultRounds);
    if (!isCryptDigest(digest, bytes)) return 'impossible';
    if (rounds < fewestRounds || rounds > formatMaximum) return 'impossible';
    if (rounds > mostRounds) return 'too_costly';
    const sha = (...parts: Uint8Array[]) => hash(algorithm, Buffer.concat(parts), 'buffer');
    return comparing({
      digest,
      digestOf(password) {
        const computed = iterated(sha, Buffer.from(salt), Buffer.from(password), rounds);
        return cryptBase64.encode(Buffer.from(order.map((index) => computed.readUInt8(index))));
      },
      cost: String(rounds),
    });
  },
});

type Sha = (...parts: Uint8Array[]) => Buffer;

/** Variable names as in the specification. */
function iterated(sha: Sha, salt: Buffer, password: Buffer, rounds: number): Buffer {
  let A = firstDigest(sha, salt, password);
  const P = repeated(sha(...Array<Buffer>(password.length).fill(password)), password.length);
  const S = repeated(sha(...Array<Buffer>(16 + A.readUInt8(0)).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round += 1) {
    A = sha(round % 2 ? P : A, round % 3 ? S : empty, round % 7 ? P : empty, round % 2 ? A : P);
  }
  return A;
}

function firstDigest(sha: Sha, salt: Buffer, password: Buffer): Buffer {
  const B = sha(password, salt, password);
  const parts = [password, salt, repeated(B, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? B : password);
  return sha(...parts);
}

const repeated = (bytes: Buffer, length: number): Buffer => Buffer.alloc(length, bytes);
const empty = Buffer.alloc(0);

/** The order of the digest bytes: groups of three, one of each third, rotated by one position per group. */
function byteOrder(third: number, turn: 1 | 2, rest: number[]): number[] {
  const groups = Array.from({ length: third }, (_, first) => {
    const group = [first, first + third, first + 2 * third];
    const turned = [0, 1, 2].map((place) => group[(place + first * turn) % 3] ?? 0);
    return turned.reverse();
  });
  return [...groups.flat(), ...rest];
}

export const sha256CryptScheme = shaCrypt({
  prefix: '$5$',
  algorithm: 'sha256',
  bytes: 32,
  order: byteOrder(10, 2, [30, 31]),
});

export const sha512CryptScheme = shaCrypt({
  prefix: '$6$',
  algorithm: 'sha512',
  bytes: 64,
  order: byteOrder(21, 1, [63]),
});
