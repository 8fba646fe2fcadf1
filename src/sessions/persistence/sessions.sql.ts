import type { Statement } from '../../platform/database/database.js';

/** $1 is what is asked for, $2 and $3 are the idle and the absolute time-out in seconds. */
const expired = `(
  last_used_at <= now() - make_interval(secs => $2) OR created_at <= now() - make_interval(secs => $3))`;

const columns = `
  id, user_id AS "userId", sub, mode, origin_jti AS "originJti", tokens AS sealed, version,
  ended_at IS NOT NULL AS ended,
  ${expired} AS expired,
  extract(epoch FROM access_expires_at - now())::float8 AS "accessSeconds"`;

export const find: Statement = {
  name: 'sessions-find',
  text: `SELECT ${columns} FROM usher.sessions WHERE id = $1`,
};

export const findByCookie: Statement = {
  name: 'sessions-find-by-cookie',
  text: `SELECT ${columns} FROM usher.sessions WHERE cookie_digest = $1`,
};

/** Answers to parallel and repeated refreshes come within seconds; whoever shows a replaced token later is a thief. */
export const findByRefreshToken: Statement = {
  name: 'sessions-find-by-refresh-token',
  text: `
    SELECT ${columns},
      replaced_at IS NOT NULL AS replaced,
      coalesce(replaced_at < now() - interval '10 seconds', false) AS reused
    FROM usher.session_refresh_tokens JOIN usher.sessions ON id = session_id
    WHERE digest = $1`,
};

/**
 * Each new session also takes a few forgotten ones away, so that the table never outgrows its use. $13 is the token's
 * family, where it names one, $14 its `auth_time`. No row comes back where the sign-in began before its owner's last
 * sign-out everywhere.
 */
export const insert: Statement = {
  name: 'sessions-insert',
  text: `
    WITH forgotten AS (
      DELETE FROM usher.sessions WHERE id IN (
        SELECT id FROM usher.sessions
        WHERE ended_at < now() - interval '2 days' AND revoked_at IS NOT NULL AND NOT unrevocable
        ORDER BY ended_at LIMIT 10 FOR UPDATE SKIP LOCKED)),
    begun AS (
      INSERT INTO usher.sessions
        (id, user_id, sub, client_id, mode, origin_jti, cookie_digest, tokens, access_expires_at, device, address,
          began_at)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), $10, $11, to_timestamp($15)
      WHERE usher.admits_session($3, $13, $14, to_timestamp($15), $16)
      RETURNING id)
    INSERT INTO usher.session_refresh_tokens (digest, session_id) SELECT $12, id FROM begun
    RETURNING session_id AS id`,
};

/**
 * One renewal at a time, over all processes. Longer than the longest answer of Cognito that is waited for: two tries, the
 * second of which may take its whole time-out and stall in its body.
 */
export const takeLease: Statement = {
  name: 'sessions-take-lease',
  text: `
    UPDATE usher.sessions SET renewal_lease_until = now() + interval '45 seconds'
    WHERE id = $1 AND version = $2 AND ended_at IS NULL
      AND (renewal_lease_until IS NULL OR renewal_lease_until < now())
    RETURNING renewal_lease_until::text AS lease`,
};

/** Only the lease that was taken: when it runs out another process may have the next one. */
export const releaseLease: Statement = {
  name: 'sessions-release-lease',
  text: `
    UPDATE usher.sessions SET renewal_lease_until = NULL WHERE id = $1 AND renewal_lease_until = $2::timestamptz`,
};

/** Without rotation the refresh token is the same as before, and no digest changes. */
export const saveRenewal: Statement = {
  name: 'sessions-save-renewal',
  text: `
    WITH renewed AS (
      UPDATE usher.sessions SET tokens = $3, access_expires_at = now() + make_interval(secs => $4),
        version = version + 1, renewal_lease_until = NULL, last_used_at = now()
      WHERE id = $1 AND version = $2 AND ended_at IS NULL
      RETURNING id),
    replaced AS (
      UPDATE usher.session_refresh_tokens SET replaced_at = now() FROM renewed
      WHERE session_id = renewed.id AND replaced_at IS NULL AND digest <> $5),
    added AS (
      INSERT INTO usher.session_refresh_tokens (digest, session_id) SELECT $5, id FROM renewed
      ON CONFLICT DO NOTHING)
    SELECT id FROM renewed`,
};

export const end: Statement = {
  name: 'sessions-end',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = $2, renewal_lease_until = NULL
    WHERE id = $1 AND ended_at IS NULL AND ($3::int IS NULL OR version = $3)
    RETURNING id`,
};

/** Cognito was told, and the tokens have no more use. */
export const recordRevocation: Statement = {
  name: 'sessions-record-revocation',
  text: `UPDATE usher.sessions SET revoked_at = now(), tokens = NULL WHERE id = $1`,
};

/** Cognito cannot be told, now or later. The row stays: without it the refresh token would look like one from elsewhere. */
export const recordUnrevocable: Statement = {
  name: 'sessions-record-unrevocable',
  text: `UPDATE usher.sessions SET revoked_at = now(), unrevocable = true, tokens = NULL WHERE id = $1`,
};

export const endAllOf: Statement = {
  name: 'sessions-end-all-of',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = 'signed out everywhere', revoked_at = now(), tokens = NULL,
      renewal_lease_until = NULL
    WHERE sub = $1 AND ended_at IS NULL
    RETURNING origin_jti AS "originJti"`,
};

export const endOthers: Statement = {
  name: 'sessions-end-others',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = $5, renewal_lease_until = NULL
    WHERE sub = $1 AND ended_at IS NULL AND origin_jti <> ALL ($4::text[])
      AND coalesce(began_at, created_at) <= clock_timestamp() - make_interval(secs => $6)
    RETURNING ${columns}`,
};

export const barSessions: Statement = {
  name: 'sessions-bar',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = 'user disabled', renewal_lease_until = NULL
    WHERE sub = $1 AND ended_at IS NULL`,
};

export const forgetDevices: Statement = {
  name: 'sessions-forget-devices',
  text: `UPDATE usher.sessions SET device = NULL, address = NULL WHERE user_id = $1`,
};

/** Remembers the end of a session that did not begin here, for its access token may live on for a day. */
export const insertEnded: Statement = {
  name: 'sessions-insert-ended',
  text: `
    INSERT INTO usher.sessions
      (id, sub, client_id, mode, origin_jti, access_expires_at, ended_at, ended_reason, revoked_at)
    VALUES ($1, $2, $3, 'tokens', $4, now(), now(), 'signed out everywhere', now())
    ON CONFLICT DO NOTHING`,
};

export const listLive: Statement = {
  name: 'sessions-list-live',
  text: `
    SELECT id, mode AS session, origin_jti AS "originJti", device, host(address) AS address, created_at AS "createdAt",
      last_used_at AS "lastUsedAt"
    FROM usher.sessions WHERE sub = $1 AND ended_at IS NULL AND NOT ${expired}
    ORDER BY last_used_at DESC, created_at DESC, id`,
};

/**
 * Sessions that have outlived their time, and ended ones of which Cognito could not be told yet. Whoever is ending a
 * session right now gets a minute to tell Cognito.
 */
export const endOverdue: Statement = {
  name: 'sessions-end-overdue',
  text: `
    UPDATE usher.sessions SET ended_at = coalesce(ended_at, now()), ended_reason = coalesce(ended_reason, 'expired')
    WHERE id IN (
      SELECT id FROM usher.sessions WHERE id IN (
        (SELECT id FROM usher.sessions
          WHERE ended_at IS NULL AND created_at <= now() - make_interval(secs => $3) ORDER BY created_at LIMIT $1)
        UNION ALL
        (SELECT id FROM usher.sessions
          WHERE ended_at < now() - interval '1 minute' AND revoked_at IS NULL ORDER BY ended_at LIMIT $1))
      ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}`,
};

const signOutColumns = `
  sub, signed_out_at::text AS "signedOutAt", refused_through::float8 AS "refusedThrough", kept`;

/** PostgreSQL's clock, in milliseconds since 1970. */
const databaseTime = `extract(epoch FROM clock_timestamp())::float8 * 1000`;

export const readTime: Statement = {
  name: 'sessions-read-time',
  text: `SELECT ${databaseTime} AS time`,
};

/**
 * What has ended since the last look. Some seconds are looked at twice, because a row carries the time at which its
 * statement began and shows when it is over. Access tokens live a day at most (Cognito, "Quotas").
 */
export const endedSince: Statement = {
  name: 'sessions-ended-since',
  text: `
    WITH since AS (SELECT coalesce($1::timestamptz - interval '10 seconds', now() - interval '25 hours') AS since),
    changed AS (SELECT ${signOutColumns} FROM usher.sign_outs, since WHERE updated_at > since)
    SELECT now()::text AS "readAt",
      (SELECT coalesce(array_agg(origin_jti), '{}') FROM usher.sessions, since WHERE ended_at > since) AS ended,
      (SELECT coalesce(json_agg(changed), '[]') FROM changed) AS "signOuts",
      ${databaseTime} AS "databaseTime"`,
};

/**
 * $2 is Cognito's time (seconds), as far as it is known, $3 an `auth_time` that is not later, $4 a token family that goes on.
 * A row stays as long as a refresh token can live that Cognito was not told of (ten years): a renewed access token keeps its
 * `auth_time`.
 */
export const recordSignOut: Statement = {
  name: 'sessions-record-sign-out',
  text: `
    WITH old AS (DELETE FROM usher.sign_outs WHERE signed_out_at < now() - interval '10 years 1 day' AND sub <> $1)
    SELECT ${signOutColumns} FROM usher.record_sign_out($1, $2, $3, $4, $5, $6)`,
};

export const findSignOut: Statement = {
  name: 'sessions-find-sign-out',
  text: `SELECT ${signOutColumns} FROM usher.sign_outs WHERE sub = $1`,
};

/**
 * All sessions used lately at once. A session whose time was over does not come back. Several processes serve one
 * session: the first of them writes, and none waits for another.
 */
export const recordUse: Statement = {
  name: 'sessions-record-use',
  text: `
    UPDATE usher.sessions SET last_used_at = now(), address = coalesce(used.address, sessions.address)
    FROM unnest($1::text[], $4::inet[]) AS used (origin_jti, address)
    WHERE sessions.origin_jti = used.origin_jti AND id IN (
      SELECT id FROM usher.sessions
      WHERE origin_jti = ANY ($1::text[]) AND ended_at IS NULL AND NOT ${expired}
        AND last_used_at < now() - interval '20 seconds'
      ORDER BY id FOR UPDATE SKIP LOCKED)`,
};

/** Of these columns an index has all. */
export const countLive: Statement = {
  name: 'sessions-count-live',
  text: `
    SELECT count(*) AS live FROM usher.sessions
    WHERE ended_at IS NULL AND created_at > now() - make_interval(secs => $1)`,
};

export const countEndedLately: Statement = {
  name: 'sessions-count-ended-lately',
  text: `
    SELECT ended_reason AS reason, count(*) AS count FROM usher.sessions
    WHERE ended_at > now() - interval '1 hour' GROUP BY ended_reason`,
};
