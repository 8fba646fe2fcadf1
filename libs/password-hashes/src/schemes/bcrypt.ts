import { randomBytes } from 'node:crypto';
import bcrypt from 'bcryptjs';
import type { Outcome, Scheme } from '../scheme.js';

// version, two-digit cost, 22 characters of salt, 31 of digest
const form = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Below bcrypt's own minimum there is no hash. */
const lowestCost = 4;

/**
 * The stored string decides what a check costs, so whoever can write a hash could stop the service. Each step doubles
 * the time: 12 takes about 0.3 s of a core, 14 about 1.2 s, and 15 no longer fits a migration trigger's five seconds
 * when two of them wait in line.
 */
const highestCost = 14;

/** What OWASP's password storage cheat sheet asks for at least. */
const wantedCost = 10;

function costOf(stored: string): number | undefined {
  const cost = form.exec(stored)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

/**
 * bcrypt as Devise, PHP and Node write it: `$2a$`, `$2b$`, `$2y$`. A pepper is appended to the password. bcrypt sees the
 * first 72 bytes of the two together and nothing behind them.
 */
export const bcryptScheme: Scheme = {
  recognises(stored) {
    const cost = costOf(stored);
    return cost !== undefined && cost >= lowestCost && cost <= highestCost;
  },

  async verify(password, stored, peppers): Promise<Outcome> {
    // Synchronous on purpose: this runs on a worker thread, and bcryptjs's asynchronous form only adds work there.
    const index = peppers.findIndex((pepper) => bcrypt.compareSync(password + pepper, stored));
    if (index < 0) return 'mismatch';
    return index > 0 || (costOf(stored) ?? 0) < wantedCost ? 'match-needs-rehash' : 'match';
  },
};

/** A well-formed bcrypt hash of this cost that no password matches: for checks that must take as long as real ones. */
export function bcryptDecoy(cost: number): string {
  const random = (length: number) =>
    randomBytes(length).toString('base64').replaceAll('+', '.').slice(0, length);
  // The last character of the salt carries two bits only, the last of the digest four: "." keeps both well-formed.
  return `$2a$${String(cost).padStart(2, '0')}$${random(21)}.${random(30)}.`;
}

/** bcrypt reads no further (its authors' paper, section 3). */
export const longestBcryptInput = 72;

/** `$2b$`, synchronous: for worker threads. @param password with its pepper, at most `longestBcryptInput` bytes */
export function bcryptHash(password: string, cost: number): string {
  if (Buffer.byteLength(password) > longestBcryptInput) throw new RangeError('bcrypt reads 72 bytes');
  return bcrypt.hashSync(password, cost);
}
