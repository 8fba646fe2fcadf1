import type { Client, Pool, User } from '../state/records.js';

/** User and client of tokens. */
export interface Holder {
  pool: Pool;
  client: Client;
  user: User;
}

/** Values that all tokens of one sign-in share, also after refreshes. */
export interface Session {
  originJti: string;
  authTime: number;
  expiresAt: number;
  /** Counts the rotations of the refresh token. */
  generation: number;
}
