import { hash } from 'node:crypto';
import { comparing } from '../compare.js';
import { cryptAlphabet, cryptBase64, isCryptDigest } from '../encodings.js';
import type { Scheme } from '../scheme.js';
import { orSlashed } from './slashed.js';

/** Binary logarithm of the rounds. 2^19, passlib's default, takes 0.6 s of CPU time; WordPress uses 13, Drupal 7 uses 15. */
const mostRounds = 19;

// one digit of cost, eight characters of salt, the digest
const form = /^([./A-Za-z0-9])([./A-Za-z0-9]{8})([./A-Za-z0-9]+)$/;

interface Variant {
  prefix: string;
  algorithm: 'md5' | 'sha512';
  /** Number of stored characters of the digest. */
  length: number;
  isComplete: (digest: string) => boolean;
  /** Converts the password before hashing. */
  prepare?: (password: string) => string;
}

/** phpass's portable hashes (openwall.com/phpass): an iterated hash of the previous digest and the password. */
const phpass = ({ prefix, algorithm, length, isComplete, prepare = (p) => p }: Variant): Scheme => ({
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const [, costDigit = '', salt = '', digest = ''] = form.exec(stored.slice(prefix.length)) ?? [];
    const cost = cryptAlphabet.indexOf(costDigit);
    // phpass and Drupal write 2^7 to 2^30 rounds.
    if (!isComplete(digest) || cost < 7 || cost > 30) return 'impossible';
    if (cost > mostRounds) return 'too_costly';
    return comparing({
      digest,
      digestOf: (password) => iterated(algorithm, salt, prepare(password), 2 ** cost).slice(0, length),
      cost: String(cost),
    });
  },
});

function iterated(algorithm: string, salt: string, password: string, rounds: number): string {
  const key = Buffer.from(password);
  let digest = hash(algorithm, Buffer.concat([Buffer.from(salt), key]), 'buffer');
  const input = Buffer.concat([digest, key]);
  for (let left = rounds; left > 0; left -= 1) {
    digest = hash(algorithm, input, 'buffer');
    digest.copy(input);
  }
  return cryptBase64.encode(digest);
}

const portable = {
  algorithm: 'md5',
  length: 22,
  isComplete: (digest: string) => isCryptDigest(digest, 16),
} as const;

/** WordPress before 6.8, and many others. */
export const phpassScheme = orSlashed(phpass({ ...portable, prefix: '$P$' }));

/** phpBB 3. */
export const phpbbScheme = phpass({ ...portable, prefix: '$H$' });

/** Drupal 7 cuts the stored string to 55 characters. */
const drupal = {
  algorithm: 'sha512',
  length: 43,
  isComplete: (digest: string) => digest.length === 43,
} as const;

export const drupal7Scheme = phpass({ ...drupal, prefix: '$S$' });

/** Plain MD5 hashes of Drupal 6, hashed again by Drupal 7. */
export const drupal7UpgradedScheme = phpass({
  ...drupal,
  prefix: 'U$S$',
  prepare: (password) => hash('md5', password),
});
