import type { Statement } from '../database/database.js';

export const post: Statement = {
  name: 'outbox-post',
  text: `INSERT INTO usher.outbox (id, mail, sealed) VALUES ($1, $2, $3)`,
};

/** Whoever takes a mail has $2 seconds to send it; should its process die, the mail is due again afterwards. */
export const take: Statement = {
  name: 'outbox-take',
  text: `
    WITH due AS (
      SELECT id FROM usher.outbox WHERE given_up_at IS NULL AND next_try_at <= now()
      ORDER BY next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE usher.outbox SET tries = tries + 1, next_try_at = now() + make_interval(secs => $2)
    FROM due WHERE outbox.id = due.id
    RETURNING outbox.id, mail AS name, sealed, tries, posted_at AS "postedAt"`,
};

export const remove: Statement = {
  name: 'outbox-remove',
  text: `DELETE FROM usher.outbox WHERE id = $1`,
};

export const putBack: Statement = {
  name: 'outbox-put-back',
  text: `
    UPDATE usher.outbox SET last_error = $2, recipient_refused = $3, next_try_at = now() + make_interval(secs => $4)
    WHERE id = $1`,
};

export const giveUp: Statement = {
  name: 'outbox-give-up',
  text: `UPDATE usher.outbox SET last_error = $2, given_up_at = now(), recipient_refused = $3 WHERE id = $1`,
};

export const status: Statement = {
  name: 'outbox-status',
  text: `
    SELECT mail, count(*)::int AS waiting, count(*) FILTER (WHERE tries > 0)::int AS tried,
      count(*) FILTER (WHERE given_up_at IS NOT NULL)::int AS "givenUp",
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND recipient_refused)::int AS refused, min(posted_at) AS oldest,
      (array_agg(last_error ORDER BY posted_at DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
    FROM usher.outbox GROUP BY mail ORDER BY mail`,
};

/** Few rows wait at any time: what was sent is gone. */
export const figures: Statement = {
  name: 'outbox-figures',
  text: `
    SELECT count(*) FILTER (WHERE given_up_at IS NULL AND tries = 0) AS untried,
      count(*) FILTER (WHERE given_up_at IS NULL AND tries > 0) AS tried,
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND NOT recipient_refused) AS "givenUp",
      count(*) FILTER (WHERE given_up_at IS NOT NULL AND recipient_refused) AS refused,
      coalesce(extract(epoch FROM now() - min(posted_at) FILTER (WHERE given_up_at IS NULL AND NOT recipient_refused)), 0)::float8 AS "oldestSeconds"
    FROM usher.outbox`,
};

export const retry: Statement = {
  name: 'outbox-retry',
  text: `
    WITH due AS (
      UPDATE usher.outbox SET next_try_at = now(), given_up_at = NULL, recipient_refused = false
      WHERE given_up_at IS NOT NULL OR (last_error IS NOT NULL AND next_try_at > now())
      RETURNING 1
    ) SELECT count(*)::int AS count FROM due`,
};
