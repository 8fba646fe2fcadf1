import type { Statement } from '../../common/database/database.js';
import { hasSignUpData, withoutSignUpData } from '../../users/users.sql.js';

/** After this many wrong passwords a link is void. */
const mostWrongPasswords = 10;

/** Serialises work on the confirmations of an address. $1: the canonical address */
export const lockAddress: Statement = {
  name: 'confirmations-lock-address',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('usher.confirmations/' || $1, 0))`,
};

const isVoid = `(expires_at < now() OR revoked_at IS NOT NULL OR wrong_passwords >= ${mostWrongPasswords})`;

/** The statements that find a link compare with PostgreSQL's clock, which has set the times. */
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

/**
 * The sign-ups that a resent link can confirm: those that were pending when it was mailed, and later ones. The tags of the password
 * preselect them. Sign-ups without a tag are from an earlier release.
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

/** Counted before the check, so that concurrent guesses cannot exceed the limit. */
export const countPassword: Statement = {
  name: 'confirmations-count-password',
  text: `
    UPDATE usher.confirmations SET wrong_passwords = wrong_passwords + 1
    WHERE id = $1 AND used_at IS NULL AND NOT ${isVoid}
    RETURNING id`,
};

/** Two links are used up at one moment. */
export const use: Statement = {
  name: 'confirmations-use',
  text: `
    UPDATE usher.confirmations SET used_at = now(), applying_until = NULL, ${withoutSignUpData} WHERE id = ANY ($1::bigint[])`,
};

/**
 * Sign-up data that no link can use: the row is confirmed, linked or deleted, also by the old application; or the sign-up has
 * expired, and no resent link that was mailed before still works.
 */
export const deleteObsoleteSignUpData: Statement = {
  name: 'confirmations-delete-obsolete-sign-up-data',
  text: `
    UPDATE usher.confirmations SET ${withoutSignUpData} WHERE id IN (
      SELECT id FROM usher.confirmations WHERE ${hasSignUpData} AND (
        used_at IS NOT NULL OR revoked_at IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM users WHERE users.id = confirmations.user_id
          AND {confirmed_at} IS NULL AND cognito_sub IS NULL AND usher_erased_at IS NULL)
        OR (expires_at < now() AND NOT EXISTS (SELECT 1 FROM usher.confirmations AS link
          WHERE link.user_id = confirmations.user_id AND link.purpose = 'sign-up' AND coalesce(link.password_hash, '') = ''
            AND link.used_at IS NULL AND link.revoked_at IS NULL AND link.expires_at >= now()
            AND link.created_at < confirmations.expires_at)))
      ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED)
    RETURNING 1`,
};

/** The other pending confirmations of the same purpose. */
export const removeOthers: Statement = {
  name: 'confirmations-remove-others',
  text: `DELETE FROM usher.confirmations WHERE user_id = $1 AND purpose = $2 AND id <> $3 AND applying_until IS NULL
    AND used_at IS NULL`,
};

/** Skips locked rows. */
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
 * Leases the e-mail change of a user for 30 seconds. An expired lease means that Cognito may have the new address. The user's row
 * must be locked.
 */
export const acquireLease: Statement = {
  name: 'confirmations-acquire-lease',
  text: `
    UPDATE usher.confirmations SET applying_until = now() + interval '30 seconds'
    FROM (SELECT applying_until AS before FROM usher.confirmations WHERE id = $1) AS lease
    WHERE id = $1 AND used_at IS NULL AND NOT ${isVoid} AND (applying_until IS NULL OR applying_until <= now()) AND ${noOtherLease}
    RETURNING before IS NULL AS first`,
};

/** The oldest expired lease by the clock of PostgreSQL. */
export const findRollback: Statement = {
  name: 'confirmations-find-rollback',
  text: `
    SELECT ${columns} FROM usher.confirmations
    WHERE revoked_at IS NOT NULL AND used_at IS NULL AND applying_until <= now()
    ORDER BY applying_until LIMIT 1`,
};

/** Like `acquireLease`, for a revoked change. */
export const acquireRollbackLease: Statement = {
  name: 'confirmations-acquire-rollback-lease',
  text: `
    UPDATE usher.confirmations SET applying_until = now() + interval '30 seconds'
    WHERE id = $1 AND revoked_at IS NOT NULL AND used_at IS NULL AND applying_until <= now() AND ${noOtherLease}
    RETURNING revoked_at < now() - interval '10 minutes' AS stuck`,
};

/** A request to Cognito without a response can still take effect, so such a change is rechecked for a minute. */
export const finishRollback: Statement = {
  name: 'confirmations-finish-rollback',
  text: `
    DELETE FROM usher.confirmations
    WHERE id = $1 AND revoked_at IS NOT NULL AND ($2::boolean OR revoked_at < now() - interval '1 minute')
    RETURNING id`,
};
