import { bcryptHash, verifyPassword, type Outcome, type VerifyOptions } from '#password-hashes';

/** One question to a worker thread. */
export interface PasswordCheck {
  password: string;
  stored: string;
  options: VerifyOptions;
  /** Epoch milliseconds after which nobody waits for the answer. */
  until: number;
}

/** Runs on a worker thread. A question that waited too long is dropped instead of answered to nobody. */
export default async function check({
  password,
  stored,
  options,
  until,
}: PasswordCheck): Promise<Outcome | 'abandoned'> {
  if (Date.now() > until) return 'abandoned';
  return verifyPassword(password, stored, options);
}

/** One new hash, please. */
export interface PasswordHashing {
  /** With its pepper. */
  password: string;
  /** bcrypt's cost: each step doubles the time. */
  cost: number;
}

export const hash = ({ password, cost }: PasswordHashing): string => bcryptHash(password, cost);
