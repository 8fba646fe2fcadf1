import { performance } from 'node:perf_hooks';
import { bcryptHash, verifyPassword, type Outcome, type VerifyOptions } from '#password-hashes';

export interface PasswordCheck {
  password: string;
  stored: string;
  options: VerifyOptions;
  /** Epoch milliseconds after which the result is too late. */
  until: number;
}

export interface Done<Result> {
  result: Result;
  /** Milliseconds on the thread. */
  ms: number;
}

/** Drops a task that has waited too long. */
export async function check({
  password,
  stored,
  options,
  until,
}: PasswordCheck): Promise<Done<Outcome> | 'abandoned'> {
  if (Date.now() > until) return 'abandoned';
  return timed(() => verifyPassword(password, stored, options));
}

export interface PasswordHashing {
  /** With its pepper. */
  password: string;
  /** bcrypt's cost: each step doubles the time. */
  cost: number;
}

export const hash = ({ password, cost }: PasswordHashing): Promise<Done<string>> =>
  timed(() => bcryptHash(password, cost));

async function timed<Result>(work: () => Result | Promise<Result>): Promise<Done<Result>> {
  const startedAt = performance.now();
  return { result: await work(), ms: performance.now() - startedAt };
}
