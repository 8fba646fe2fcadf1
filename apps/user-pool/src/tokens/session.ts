import type { Client, Pool, User } from '../state/records.js';

/** Whose tokens, and for which client. */
export interface Holder {
  pool: Pool;
  client: Client;
  user: User;
}

/** What all tokens of one sign-in share, however often they are refreshed. */
export interface Session {
  originJti: string;
  authTime: number;
  expiresAt: number;
  /** Counts the rotations of the refresh token. */
  generation: number;
}
