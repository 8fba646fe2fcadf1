import type { UserId } from '#contracts';
import { IsNull, Not } from 'typeorm';
import type { Database, Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { nowForRails } from './user-lookup.sql.js';
import { deleteSignUpDataOf } from './users.sql.js';
import { ConfirmationEntity, ConfirmationRevocation } from './confirmation.entities.js';
import type { LocalUser } from './user.js';

/** Lock order: the user's row before the user's confirmations. $2: `emailSpellings` of the address for `hasEmail` */
export const lockUser: Statement = {
  name: 'confirmations-lock-user',
  text: `
    SELECT email, cognito_sub AS sub, usher_disabled_at IS NOT NULL OR usher.is_blocked(users.*) AS disabled, {confirmed_at} IS NOT NULL AS confirmed,
      coalesce(encrypted_password, '') AS "passwordHash", ${isSpelling('email', '$2')} AS "hasEmail"
    FROM users WHERE id = $1 FOR UPDATE OF users`,
};

/** Locks the row and reads nothing of it. */
const lockUserOfSub: Statement = {
  name: 'confirmations-lock-user-of-sub',
  text: `SELECT id FROM users WHERE cognito_sub = $1 FOR UPDATE OF users`,
};

/** Shares its text with the statement that links a row. */
const deleteSignUpDataOfUser: Statement = {
  name: 'confirmations-delete-sign-up-data',
  text: deleteSignUpDataOf('$1'),
};

/** Returns which of the deleted changes were pending. */
const removePending: Statement = {
  name: 'confirmations-remove-pending',
  text: `
    DELETE FROM usher.confirmations
    WHERE user_id = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL AND applying_until IS NULL
    RETURNING revoked_at IS NULL AS pending`,
};

/** Cognito may have the new address of these changes, so their rows stay until it has the old address again. */
const revokeApplying: Statement = {
  name: 'confirmations-revoke-applying',
  text: `
    UPDATE usher.confirmations SET revoked_at = now()
    WHERE user_id = $1 AND purpose = 'email-change' AND used_at IS NULL AND applying_until IS NOT NULL AND revoked_at IS NULL
    RETURNING true AS pending`,
};

const noUnconfirmedEmail = `{confirmation_token: confirmation_token = NULL,} {updated_at: updated_at = ${nowForRails},} {unconfirmed_email} = NULL`;

/** Also cancels a change requested through Devise, with its link. */
const clearUnconfirmedEmail: Statement = {
  name: 'confirmations-clear-unconfirmed-email',
  text: `
    UPDATE users SET ${noUnconfirmedEmail}
    WHERE id = $1 AND {unconfirmed_email} IS NOT NULL
    RETURNING true AS pending`,
};

/** Two revocations at the same time both count. */
const recordRevocation: Statement = {
  name: 'confirmations-record-revocation',
  text: `
    INSERT INTO usher.confirmation_revocations AS known VALUES ($1, 1)
    ON CONFLICT (user_id) DO UPDATE SET generation = known.generation + 1`,
};

/** Reads the whole table. */
const removeAllEmailChanges: Statement = {
  name: 'confirmations-remove-all-email-changes',
  patienceMs: 600_000,
  text: `
    WITH removed AS (DELETE FROM usher.confirmations WHERE purpose = 'email-change' AND used_at IS NULL)
    UPDATE users SET ${noUnconfirmedEmail}
    WHERE {unconfirmed_email} IS NOT NULL AND cognito_sub IS NOT NULL`,
};

interface Pending {
  [column: string]: unknown;
  pending: boolean;
}

/**
 * Revokes the pending e-mail changes of a user: their links are refused from now on, and so is a request that is in progress.
 * To be called in the transaction that revokes credentials.
 * @returns whether a change was pending
 */
export function revokeEmailChanges(database: Database, { id }: Pick<LocalUser, 'id'>): Promise<boolean> {
  return revoke(database, id, ['email-change']);
}

/** Like `revokeEmailChanges`, by `sub`. */
export async function revokeEmailChangesOfSub(database: Database, sub: string): Promise<void> {
  await database.transaction(async () => {
    const user = await database.queryOne<{ id: UserId }>(lockUserOfSub, [sub]);
    if (user !== undefined) await revoke(database, user.id, ['email-change']);
  });
}

/** Also revokes pending sign-ups. For rows that are disabled, deleted or enabled again. */
export async function revokeConfirmations(database: Database, { id }: Pick<LocalUser, 'id'>): Promise<void> {
  await revoke(database, id, ['email-change', 'sign-up']);
}

/** For the operator command that removes the links of all users to the pool. */
export async function revokeAllEmailChanges(database: Database): Promise<void> {
  await database.query(removeAllEmailChanges);
}

/** Deletes the password hashes and names of a user's sign-ups. For rows that are linked or have got a new password. */
export async function deleteSignUpData(database: Database, { id }: Pick<LocalUser, 'id'>): Promise<void> {
  await database.query(deleteSignUpDataOfUser, [id]);
}

/** @returns a number that changes whenever the user's pending changes are revoked */
export async function findRevocationGeneration(database: Database, userId: UserId): Promise<number> {
  const row = await database.with(ConfirmationRevocation, (revocations) => revocations.findOneBy({ userId }));
  return row?.generation ?? 0;
}

/** @param email normalised @returns whether a rollback is about to remove this address from the pool */
export function isBeingRolledBack(database: Database, userId: UserId, email: string): Promise<boolean> {
  const isRevoked = { revokedAt: Not(IsNull()), usedAt: IsNull(), applyingUntil: Not(IsNull()) };
  return database.with(ConfirmationEntity, (confirmations) =>
    confirmations.existsBy({ userId, email, ...isRevoked }),
  );
}

async function revoke(
  database: Database,
  id: UserId,
  purposes: ('email-change' | 'sign-up')[],
): Promise<boolean> {
  return database.transaction(async () => {
    await database.query(lockUser, [id, null]);
    const results = [
      ...(await database.query<Pending>(removePending, [id, purposes])),
      ...(await database.query<Pending>(revokeApplying, [id])),
      ...(await database.query<Pending>(clearUnconfirmedEmail, [id])),
    ];
    await database.query(recordRevocation, [id]);
    return results.some(({ pending }) => pending);
  });
}
