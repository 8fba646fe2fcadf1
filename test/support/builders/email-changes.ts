import { UserDirectory } from '../../../src/cognito/user-directory.js';
import { createPoolUser, poolPassword } from './pool-users.js';
import { bearer, signInWithTokens } from '../drivers/sessions.js';
import type { Usher } from '../drivers/usher.js';

/** A signed-in user for tests of address changes. */
export interface EmailChanger {
  id: number;
  sub: string;
  email: string;
  headers: Record<string, string>;
  accessToken: string;
  change: (to: string, currentPassword?: string) => ReturnType<Usher['api']['call']>;
}

export async function emailChanger(usher: Usher, email: string): Promise<EmailChanger> {
  const sub = await createPoolUser(usher, email);
  const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
  const headers = bearer(accessToken);
  const change = (to: string, currentPassword = poolPassword) =>
    usher.api.call('PUT', '/users/me/email', { body: { email: to, currentPassword }, headers });
  const sql = 'SELECT id FROM users WHERE cognito_sub = $1';
  const [row] = await usher.database.sql<{ id: string }>(sql, [sub]);
  return { id: Number(row?.id), sub, email, accessToken, headers, change };
}

export const confirmEmail = ({ api }: Usher, token: string) =>
  api.call('PUT', '/users/confirmation', { body: { token } });

/** Number of usable confirmations of a user. */
export const pendingConfirmations = async ({ database }: Usher, { id }: EmailChanger): Promise<number> =>
  (await database.sql('SELECT 1 FROM usher.confirmations WHERE user_id = $1 AND used_at IS NULL', [id]))
    .length;

/** The audit log entries of a user, oldest first. */
export async function auditOf({ database }: Usher, { id }: EmailChanger): Promise<string[]> {
  const rows = await database.sql<{ entry: string }>(
    `SELECT concat_ws(' ', action, actor, coalesce(actor_id::text, '-'), details->>'by') AS entry
     FROM usher.audit WHERE user_id = $1 ORDER BY id`,
    [id],
  );
  return rows.map(({ entry }) => entry);
}

/** The addresses in the table and the pool, and the pending one. */
export async function addressesOf({ app, database }: Usher, { sub }: Pick<EmailChanger, 'sub'>) {
  const [row] = await database.sql<{ email: string; unconfirmed_email: string | null }>(
    'SELECT email, unconfirmed_email FROM users WHERE cognito_sub = $1',
    [sub],
  );
  const pool = await app.get(UserDirectory).find(sub);
  return { here: row?.email, pool: pool?.email, waiting: row?.unconfirmed_email };
}
