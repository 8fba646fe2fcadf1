import type { Database } from '../platform/database/database.js';
import * as sql from './persistence/confirmations.sql.js';
import type { User } from './user.js';

interface Pending {
  [column: string]: unknown;
  pending: boolean;
}

/**
 * Deletes the pending changes of a person's address: their links are refused from now on, and so is a request for a change that has
 * begun already. To be called in the transaction that revokes credentials.
 * @returns whether one was pending
 */
export function revokeEmailChanges(database: Database, { id }: Pick<User, 'id'>): Promise<boolean> {
  return revoke(database, id, ['email-change']);
}

/** As `revokeEmailChanges`, for a caller who knows the person by `sub`. */
export async function revokeEmailChangesOfSub(database: Database, sub: string): Promise<void> {
  await database.transaction(async () => {
    const user = await database.queryOne<{ id: number }>(sql.lockUserOfSub, [sub]);
    if (user !== undefined) await revoke(database, user.id, ['email-change']);
  });
}

/** Pending sign-ups too: for rows that are disabled or deleted, and for what waited meanwhile when they are enabled again. */
export async function revokeConfirmations(database: Database, { id }: Pick<User, 'id'>): Promise<void> {
  await revoke(database, id, ['email-change', 'sign-up']);
}

/** For all linked people, when an operator gives up all links. */
export async function revokeAllEmailChanges(database: Database): Promise<void> {
  await database.query(sql.removeAllEmailChanges);
}

/** @returns a number that changes whenever a person's pending changes are revoked */
export async function findRevocationGeneration(database: Database, userId: number): Promise<number> {
  return (await database.queryOne<{ generation: number }>(sql.findGeneration, [userId]))?.generation ?? 0;
}

async function revoke(
  database: Database,
  id: number,
  purposes: ('email-change' | 'sign-up')[],
): Promise<boolean> {
  return database.transaction(async () => {
    await database.query(sql.lockUser, [id, null]);
    const results = [
      ...(await database.query<Pending>(sql.removePending, [id, purposes])),
      ...(await database.query<Pending>(sql.revokeApplying, [id])),
      ...(await database.query<Pending>(sql.clearUnconfirmedEmail, [id])),
    ];
    await database.query(sql.recordRevocation, [id]);
    return results.some(({ pending }) => pending);
  });
}
