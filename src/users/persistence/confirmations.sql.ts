import type { Statement } from '../../platform/database/database.js';
import { isSpelling } from '../../platform/database/email-expression.js';
import { nowForRails } from './users.sql.js';

/** After this many wrong passwords a link is void. */
const mostWrongPasswords = 10;

/** One at a time works on what an address waits for. Until the end of the transaction. */
export const lockAddress: Statement = {
  name: 'confirmations-lock-address',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('usher.confirmations/' || $1, 0))`,
};

/** Locked before a person's confirmations, by everything that changes or revokes them. */
export const lockUser: Statement = {
  name: 'confirmations-lock-user',
  text: `
    SELECT email, cognito_sub AS sub, usher_disabled_at IS NOT NULL OR usher.is_blocked(users.*) AS disabled, confirmed_at IS NOT NULL AS confirmed,
      encrypted_password AS "passwordHash", ${isSpelling('email', '$2')} AS "hasEmail"
    FROM users WHERE id = $1 FOR UPDATE OF users`,
};

export const lockUserOfSub: Statement = {
  name: 'confirmations-lock-user-of-sub',
  text: `SELECT id FROM users WHERE cognito_sub = $1 FOR UPDATE OF users`,
};

export const insert: Statement = {
  name: 'confirmations-insert',
  text: `
    INSERT INTO usher.confirmations
      (token_digest, user_id, purpose, email, password_hash, first_name, last_name, expires_at, password_tag, cancel_digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8), $9, $10)`,
};

const isVoid = `(expires_at < now() OR revoked_at IS NOT NULL OR wrong_passwords >= ${mostWrongPasswords})`;

const columns = `id, user_id AS "userId", purpose, email, password_hash AS "passwordHash", first_name AS "firstName",
  last_name AS "lastName", used_at IS NOT NULL AS used, ${isVoid} AS void`;

export const find: Statement = {
  name: 'confirmations-find',
  text: `SELECT ${columns} FROM usher.confirmations WHERE token_digest = $1`,
};

export const findById: Statement = {
  name: 'confirmations-find-by-id',
  text: `SELECT ${columns} FROM usher.confirmations WHERE id = $1`,
};

export const findByCancelToken: Statement = {
  name: 'confirmations-find-by-cancel-token',
  text: `SELECT ${columns} FROM usher.confirmations WHERE cancel_digest = $1`,
};

export const wasMailedWithin: Statement = {
  name: 'confirmations-was-mailed-within',
  text: `
    SELECT 1 FROM usher.confirmations
    WHERE user_id = $1 AND purpose = 'sign-up' AND used_at IS NULL AND created_at > now() - make_interval(secs => $2) LIMIT 1`,
};

/**
 * The sign-ups that a link confirms that was sent again: those that were pending when it was mailed, or came later. The tag of the
 * password selects among them. Sign-ups without a tag are from an earlier release.
 */
export const signUpsOfResentLink: Statement = {
  name: 'confirmations-sign-ups-of-resent-link',
  text: `
    SELECT candidate.id, candidate.password_hash AS "passwordHash", candidate.first_name AS "firstName", candidate.last_name AS "lastName"
    FROM usher.confirmations AS link JOIN usher.confirmations AS candidate USING (user_id)
    WHERE link.id = $1 AND candidate.purpose = 'sign-up' AND candidate.password_hash <> '' AND candidate.used_at IS NULL
      AND candidate.revoked_at IS NULL AND candidate.expires_at > link.created_at
      AND (candidate.password_tag = ANY ($2::smallint[]) OR candidate.password_tag IS NULL)
    ORDER BY least(
      row_number() OVER (ORDER BY candidate.created_at), row_number() OVER (ORDER BY candidate.created_at DESC)) LIMIT $3`,
};

/** Counted before the check, so that guesses sent side by side are no more than guesses sent one by one. */
export const countPassword: Statement = {
  name: 'confirmations-count-password',
  text: `
    UPDATE usher.confirmations SET wrong_passwords = wrong_passwords + 1
    WHERE id = $1 AND used_at IS NULL AND NOT ${isVoid}
    RETURNING id`,
};

export const uncountPassword: Statement = {
  name: 'confirmations-uncount-password',
  text: `UPDATE usher.confirmations SET wrong_passwords = wrong_passwords - 1 WHERE id = $1 AND wrong_passwords > 0`,
};

export const use: Statement = {
  name: 'confirmations-use',
  text: `UPDATE usher.confirmations SET used_at = now(), applying_until = NULL WHERE id = ANY ($1::bigint[])`,
};

/** All others of the same kind: what they promise is no longer to be had. */
export const removeOthers: Statement = {
  name: 'confirmations-remove-others',
  text: `DELETE FROM usher.confirmations WHERE user_id = $1 AND purpose = $2 AND id <> $3 AND applying_until IS NULL
    AND used_at IS NULL`,
};

/** A newer request takes their place. The rows stay: an earlier notice must still cancel what is requested now. */
export const supersedeEmailChanges: Statement = {
  name: 'confirmations-supersede-email-changes',
  text: `
    UPDATE usher.confirmations SET revoked_at = coalesce(revoked_at, now())
    WHERE user_id = $1 AND purpose = 'email-change' AND used_at IS NULL`,
};

export const removePending: Statement = {
  name: 'confirmations-remove-pending',
  text: `
    DELETE FROM usher.confirmations
    WHERE user_id = $1 AND purpose = ANY ($2::text[]) AND used_at IS NULL AND applying_until IS NULL
    RETURNING revoked_at IS NULL AS pending`,
};

/** Cognito may have the new address of these: the rows stay until it has the old one again. */
export const revokeApplying: Statement = {
  name: 'confirmations-revoke-applying',
  text: `
    UPDATE usher.confirmations SET revoked_at = now()
    WHERE user_id = $1 AND purpose = 'email-change' AND used_at IS NULL AND applying_until IS NOT NULL AND revoked_at IS NULL
    RETURNING true AS pending`,
};

/** Also a change that Devise waits for, with its link. */
export const clearUnconfirmedEmail: Statement = {
  name: 'confirmations-clear-unconfirmed-email',
  text: `
    UPDATE users SET unconfirmed_email = NULL, confirmation_token = NULL, updated_at = ${nowForRails}
    WHERE id = $1 AND unconfirmed_email IS NOT NULL
    RETURNING true AS pending`,
};

export const recordRevocation: Statement = {
  name: 'confirmations-record-revocation',
  text: `
    INSERT INTO usher.confirmation_revocations AS known VALUES ($1, 1)
    ON CONFLICT (user_id) DO UPDATE SET generation = known.generation + 1`,
};

export const findGeneration: Statement = {
  name: 'confirmations-find-generation',
  text: `SELECT generation FROM usher.confirmation_revocations WHERE user_id = $1`,
};

/** For an operator's command that gives up all links. */
export const removeAllEmailChanges: Statement = {
  name: 'confirmations-remove-all-email-changes',
  patienceMs: 600_000,
  text: `
    WITH removed AS (DELETE FROM usher.confirmations WHERE purpose = 'email-change' AND used_at IS NULL)
    UPDATE users SET unconfirmed_email = NULL, confirmation_token = NULL, updated_at = ${nowForRails}
    WHERE unconfirmed_email IS NOT NULL AND cognito_sub IS NOT NULL`,
};

export const removeOld: Statement = {
  name: 'confirmations-remove-old',
  text: `
    DELETE FROM usher.confirmations WHERE id IN (
      SELECT id FROM usher.confirmations
      WHERE expires_at < now() - interval '7 days' AND (revoked_at IS NULL OR applying_until IS NULL)
      ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)`,
};

const noOtherLease = `NOT EXISTS (
  SELECT 1 FROM usher.confirmations AS other
  WHERE other.user_id = confirmations.user_id AND other.id <> confirmations.id AND other.applying_until > now())`;

/**
 * Nobody else works on this person's address for half a minute. From here on Cognito may have the new address, which is what a
 * time in the past says. The row of the person must be locked.
 */
export const acquireLease: Statement = {
  name: 'confirmations-acquire-lease',
  text: `
    UPDATE usher.confirmations SET applying_until = now() + interval '30 seconds'
    FROM (SELECT applying_until AS before FROM usher.confirmations WHERE id = $1) AS lease
    WHERE id = $1 AND used_at IS NULL AND NOT ${isVoid} AND (applying_until IS NULL OR applying_until <= now()) AND ${noOtherLease}
    RETURNING before IS NULL AS first`,
};

/** @param $2 whether Cognito certainly does not have the address */
export const releaseLease: Statement = {
  name: 'confirmations-release-lease',
  text: `UPDATE usher.confirmations SET applying_until = CASE WHEN $2::boolean THEN NULL ELSE now() END WHERE id = $1`,
};

export const revoke: Statement = {
  name: 'confirmations-revoke',
  text: `UPDATE usher.confirmations SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 AND used_at IS NULL`,
};

export const findRollback: Statement = {
  name: 'confirmations-find-rollback',
  text: `
    SELECT ${columns} FROM usher.confirmations
    WHERE revoked_at IS NOT NULL AND used_at IS NULL AND applying_until <= now()
    ORDER BY applying_until LIMIT 1`,
};

/** As `acquireLease`, for a change that was revoked. */
export const acquireRollbackLease: Statement = {
  name: 'confirmations-acquire-rollback-lease',
  text: `
    UPDATE usher.confirmations SET applying_until = now() + interval '30 seconds'
    WHERE id = $1 AND revoked_at IS NOT NULL AND used_at IS NULL AND applying_until <= now() AND ${noOtherLease}
    RETURNING revoked_at < now() - interval '10 minutes' AS stuck`,
};

/** A request to Cognito whose answer was lost can still arrive there: such a change is looked at for a minute. */
export const finishRollback: Statement = {
  name: 'confirmations-finish-rollback',
  text: `
    DELETE FROM usher.confirmations
    WHERE id = $1 AND revoked_at IS NOT NULL AND ($2::boolean OR revoked_at < now() - interval '1 minute')
    RETURNING id`,
};

export const isBeingRolledBack: Statement = {
  name: 'confirmations-is-being-rolled-back',
  text: `
    SELECT 1 FROM usher.confirmations
    WHERE user_id = $1 AND email = $2 AND revoked_at IS NOT NULL AND used_at IS NULL AND applying_until IS NOT NULL LIMIT 1`,
};
