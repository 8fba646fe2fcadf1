import { performance } from 'node:perf_hooks';
import { bcryptHash, verifyPassword, type Outcome, type VerifyOptions } from '#password-hashes';

/** One question to a worker thread. */
export interface PasswordCheck {
  password: string;
  stored: string;
  options: VerifyOptions;
  /** Epoch milliseconds after which nobody waits for the answer. */
  until: number;
}

/** Of a task that was done, and how many milliseconds of the thread it took. */
export interface Done<Answer> {
  answer: Answer;
  ms: number;
}

/** Runs on a worker thread. A question that waited too long is dropped instead of answered to nobody. */
export async function check({
  password,
  stored,
  options,
  until,
}: PasswordCheck): Promise<Done<Outcome> | 'abandoned'> {
  if (Date.now() > until) return 'abandoned';
  return timed(() => verifyPassword(password, stored, options));
}

/** One new hash, please. */
export interface PasswordHashing {
  /** With its pepper. */
  password: string;
  /** bcrypt's cost: each step doubles the time. */
  cost: number;
}

export const hash = ({ password, cost }: PasswordHashing): Promise<Done<string>> =>
  timed(() => bcryptHash(password, cost));

async function timed<Answer>(work: () => Answer | Promise<Answer>): Promise<Done<Answer>> {
  const begun = performance.now();
  return { answer: await work(), ms: performance.now() - begun };
}
