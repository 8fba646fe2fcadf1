import type { Statement } from '../../platform/database/database.js';

/** One at a time works on what an address waits for. Until the end of the transaction. */
export const lockAddress: Statement = {
  name: 'confirmations-lock-address',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('usher.confirmations/' || $1, 0))`,
};

export const insert: Statement = {
  name: 'confirmations-insert',
  text: `
    INSERT INTO usher.confirmations
      (token_digest, user_id, purpose, email, password_hash, first_name, last_name, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))`,
};

export const find: Statement = {
  name: 'confirmations-find',
  text: `
    SELECT id, user_id AS "userId", purpose, email, password_hash AS "passwordHash", first_name AS "firstName",
      last_name AS "lastName", used_at IS NOT NULL AS used, expires_at < now() AS expired
    FROM usher.confirmations WHERE token_digest = $1`,
};

/** The sign-ups of a row that could still be confirmed, newest first, each once however often it was mailed. */
export const pendingSignUps: Statement = {
  name: 'confirmations-pending-sign-ups',
  text: `
    SELECT password_hash AS "passwordHash", max(first_name) AS "firstName", max(last_name) AS "lastName",
      extract(epoch FROM now() - max(created_at))::float8 AS "secondsAgo"
    FROM usher.confirmations
    WHERE user_id = $1 AND purpose = 'sign-up' AND used_at IS NULL AND expires_at > now()
    GROUP BY password_hash ORDER BY max(created_at) DESC`,
};

export const use: Statement = {
  name: 'confirmations-use',
  text: `UPDATE usher.confirmations SET used_at = now() WHERE id = $1`,
};

/** All others of the same kind: what they promise is no longer to be had. */
export const removeOthers: Statement = {
  name: 'confirmations-remove-others',
  text: `DELETE FROM usher.confirmations WHERE user_id = $1 AND purpose = $2 AND id <> $3 AND applying_until IS NULL`,
};

export const removeOld: Statement = {
  name: 'confirmations-remove-old',
  text: `DELETE FROM usher.confirmations WHERE expires_at < now() - interval '7 days'`,
};

/** Nobody else works on this person's address for half a minute, and the address is still the one they want. */
export const takeTurn: Statement = {
  name: 'confirmations-take-turn',
  text: `
    UPDATE usher.confirmations SET applying_until = now() + interval '30 seconds'
    WHERE id = $1 AND used_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM usher.confirmations AS other WHERE other.user_id = $2 AND other.applying_until > now())
    RETURNING id`,
};

export const endTurn: Statement = {
  name: 'confirmations-end-turn',
  text: `UPDATE usher.confirmations SET applying_until = NULL WHERE id = $1`,
};
