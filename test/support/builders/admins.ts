import { createPoolUser, poolPassword } from './pool-users.js';
import { bearer, signInWithTokens } from '../drivers/sessions.js';
import type { Usher } from '../drivers/usher.js';

export interface Person {
  id: number;
  email: string;
  sub: string;
  /** With an access token. */
  headers: Record<string, string>;
  refreshToken: string;
}

/** Creates a signed-in pool user with these roles. */
export async function personWith(usher: Usher, email: string, ...roles: string[]): Promise<Person> {
  const sub = await createPoolUser(usher, email);
  const { accessToken, refreshToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  const [row] = await usher.database.sql<{ id: string }>(
    `UPDATE users SET usher_roles = $2 WHERE cognito_sub = $1 RETURNING id`,
    [sub, roles],
  );
  return { id: Number(row?.id), email, sub, headers: bearer(accessToken), refreshToken };
}
