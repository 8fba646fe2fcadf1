import { bcryptHash, verifyPassword, type Outcome } from '#password-hashes';

/** One question to a worker thread. */
export interface PasswordCheck {
  password: string;
  stored: string;
  peppers: readonly string[];
  /** Epoch milliseconds after which nobody waits for the answer. */
  until: number;
}

/** Runs on a worker thread. A question that waited too long is dropped instead of answered to nobody. */
export default async function check({
  password,
  stored,
  peppers,
  until,
}: PasswordCheck): Promise<Outcome | 'abandoned'> {
  if (Date.now() > until) return 'abandoned';
  return verifyPassword(password, stored, { peppers });
}

/** One new hash, please. */
export interface PasswordHashing {
  /** With its pepper. */
  password: string;
  /** bcrypt's cost: each step doubles the time. */
  cost: number;
}

export const hash = ({ password, cost }: PasswordHashing): string => bcryptHash(password, cost);
