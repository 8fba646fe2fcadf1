import type { Statement } from '../../platform/database/database.js';

const columns = `
  id, kind, username, email, sub, kept_family AS keep, authenticated_at::float8 AS "authTime", language,
  pool_status AS "poolStatus", pool_modified_at AS "poolModifiedAt", completed_at IS NOT NULL AS completed, tries,
  extract(epoch FROM now() - accepted_at)::float8 AS "acceptedSecondsAgo",
  created_at AS "createdAt"`;

/** Longer than the longest answer of Cognito that is waited for: until then the process that asks has it for itself. */
export const insert: Statement = {
  name: 'password-changes-insert',
  text: `
    INSERT INTO usher.password_changes (id, kind, username, email, sub, kept_family, authenticated_at, language,
      pool_status, pool_modified_at, next_try_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + interval '1 minute')
    RETURNING created_at AS "createdAt"`,
};

export const remove: Statement = {
  name: 'password-changes-remove',
  text: `DELETE FROM usher.password_changes WHERE id = $1`,
};

/** Cognito said yes. */
export const accept: Statement = {
  name: 'password-changes-accept',
  text: `UPDATE usher.password_changes SET accepted_at = now() - make_interval(secs => $2) WHERE id = $1`,
};

/** Another process that completes it waits here, and finds it done. What Cognito could not do at once is due soon. */
export const complete: Statement = {
  name: 'password-changes-complete',
  text: `
    UPDATE usher.password_changes SET completed_at = now(), next_try_at = now() + interval '5 seconds', sub = $2
    WHERE id = $1 AND completed_at IS NULL
    RETURNING id`,
};

/** Tries that came before one that was done, and whose answer was lost: they were the same wish. */
export const removeEarlier: Statement = {
  name: 'password-changes-remove-earlier',
  text: `
    DELETE FROM usher.password_changes AS earlier USING usher.password_changes AS done
    WHERE done.id = $1 AND earlier.completed_at IS NULL AND earlier.created_at < done.created_at
      AND (earlier.sub = done.sub OR (earlier.sub IS NULL AND earlier.username = done.username))`,
};

/** Should it fail, or its process die, it is due again: after a minute, at last every hour. */
export const take: Statement = {
  name: 'password-changes-take',
  text: `
    WITH due AS (
      SELECT id AS due_id FROM usher.password_changes WHERE next_try_at <= now()
      ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE usher.password_changes
    SET tries = tries + 1, next_try_at = now() + interval '1 minute' * least(60, 2 ^ least(tries, 6))
    FROM due WHERE id = due_id
    RETURNING ${columns}`,
};
