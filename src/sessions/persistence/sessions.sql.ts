import type { Statement } from '../../common/database/database.js';

/**
 * `ended_at` is the revocation or expiry here, `revoked_at` the revocation at Cognito. $1 is the key of the statement, $2 and
 * $3 are the idle and the absolute timeout in seconds.
 */
const expired = `(
  last_used_at <= now() - make_interval(secs => $2) OR created_at <= now() - make_interval(secs => $3))`;

/** The statements that find a session run at each refresh and each request with a cookie, and compare with PostgreSQL's clock. */
const columns = `
  id, user_id AS "userId", sub, mode, origin_jti AS "originJti", tokens AS sealed, version, language,
  ended_at IS NOT NULL AS revoked,
  ${expired} AS expired,
  extract(epoch FROM access_expires_at - now())::float8 AS "accessSeconds"`;

export const find: Statement = {
  name: 'sessions-find',
  text: `SELECT ${columns} FROM usher.sessions WHERE id = $1`,
};

export const findAll: Statement = {
  name: 'sessions-find-all',
  text: `SELECT ${columns} FROM usher.sessions WHERE id = ANY ($1::uuid[])`,
};

export const findByFamily: Statement = {
  name: 'sessions-find-by-family',
  text: `SELECT ${columns} FROM usher.sessions WHERE origin_jti = $1`,
};

export const findByCookie: Statement = {
  name: 'sessions-find-by-cookie',
  text: `SELECT ${columns} FROM usher.sessions WHERE cookie_digest = $1`,
};

/** Concurrent and repeated refreshes come within seconds; later use of a replaced token is a reuse. */
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
 * Each insert also deletes up to 10 old rows, which bounds the size of the table; their families stay in
 * `usher.ended_families`. $13 is the token family or null, $14 the `auth_time` of the access token, $17 how many live
 * sessions a user can have. Returns no row if the sign-in began before the user's last sign-out everywhere.
 */
export const insert: Statement = {
  name: 'sessions-insert',
  text: `
    WITH forgotten AS (
      DELETE FROM usher.sessions WHERE id IN (
        SELECT id FROM usher.sessions
        WHERE ended_at < now() - interval '2 days' AND revoked_at IS NOT NULL AND NOT unrevocable
        ORDER BY ended_at LIMIT 10 FOR UPDATE SKIP LOCKED)),
    admitted AS MATERIALIZED (
      SELECT usher.admit_session($3, $13, $14, to_timestamp($15), $16, $17) AS surplus),
    begun AS (
      INSERT INTO usher.sessions
        (id, user_id, sub, client_id, mode, origin_jti, cookie_digest, tokens, access_expires_at, device, address,
          began_at, language)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), $10, $11, to_timestamp($15), $18
      FROM admitted WHERE surplus IS NOT NULL
      RETURNING id),
    added AS (
      INSERT INTO usher.session_refresh_tokens (digest, session_id) SELECT $12, id FROM begun)
    SELECT surplus,
      ARRAY(SELECT origin_jti FROM usher.sessions WHERE id = ANY (surplus)) AS families
    FROM begun, admitted`,
};

/** The lease is longer than two requests to Cognito, the second of which may use its whole timeout and stall in its body. */
export const takeLease: Statement = {
  name: 'sessions-take-lease',
  text: `
    UPDATE usher.sessions SET renewal_lease_until = now() + interval '45 seconds',
      unanswered_at = coalesce(unanswered_at, now())
    WHERE id = $1 AND version = $2 AND ended_at IS NULL
      AND (renewal_lease_until IS NULL OR renewal_lease_until < now())
    RETURNING renewal_lease_until::text AS lease, unanswered_at < now() AS unanswered`,
};

/**
 * $2 is the lease that was taken; after it has expired another process may hold one. $3 is whether every request to
 * Cognito since the tokens were stored is known to have changed nothing.
 */
export const releaseLease: Statement = {
  name: 'sessions-release-lease',
  text: `
    UPDATE usher.sessions SET renewal_lease_until = NULL, unanswered_at = CASE WHEN $3 THEN NULL ELSE unanswered_at END
    WHERE id = $1 AND renewal_lease_until = $2::timestamptz`,
};

/** Without rotation the refresh token and its digest do not change. */
export const saveRenewal: Statement = {
  name: 'sessions-save-renewal',
  text: `
    WITH renewed AS (
      UPDATE usher.sessions SET tokens = $3, access_expires_at = now() + make_interval(secs => $4),
        version = version + 1, renewal_lease_until = NULL, unanswered_at = NULL, last_used_at = now()
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

/** Revokes only a live session, and only the version that was read. */
export const revoke: Statement = {
  name: 'sessions-end',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = $2, renewal_lease_until = NULL
    WHERE id = $1 AND ended_at IS NULL AND ($3::int IS NULL OR version = $3)
    RETURNING id`,
};

/** Returns the families that were live. */
export const recordAllRevokedAtCognito: Statement = {
  name: 'sessions-end-all-of',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = 'signed out everywhere', revoked_at = now(), tokens = NULL,
      renewal_lease_until = NULL
    WHERE sub = $1 AND ended_at IS NULL
    RETURNING origin_jti AS "originJti"`,
};

/** Returns no tokens: a user may have thousands of sessions from before their number was limited. */
export const revokeOthers: Statement = {
  name: 'sessions-end-others',
  text: `
    UPDATE usher.sessions SET ended_at = now(), ended_reason = $3, renewal_lease_until = NULL
    WHERE sub = $1 AND ended_at IS NULL AND origin_jti <> ALL ($2::text[])
      AND coalesce(began_at, created_at) <= clock_timestamp() - make_interval(secs => $4)
    RETURNING id, origin_jti AS "originJti"`,
};

/** Records the revocation of a session that began at another client. */
export const insertRevoked: Statement = {
  name: 'sessions-insert-ended',
  text: `
    INSERT INTO usher.sessions
      (id, sub, client_id, mode, origin_jti, access_expires_at, ended_at, ended_reason, revoked_at)
    VALUES ($1, $2, $3, 'tokens', $4, now(), now(), $5, now())
    ON CONFLICT DO NOTHING`,
};

/** $4 and $5 are the last use and the id of the last session of the previous page, $6 the number of rows. */
export const listLive: Statement = {
  name: 'sessions-list-live',
  text: `
    SELECT id, mode AS session, origin_jti AS "originJti", device, host(address) AS address, created_at AS "createdAt",
      last_used_at AS "lastUsedAt",
      to_char(last_used_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' AS "lastUse"
    FROM usher.sessions WHERE sub = $1 AND ended_at IS NULL AND NOT ${expired}
      AND ($4::timestamptz IS NULL OR (last_used_at, id) < ($4, $5::uuid))
    ORDER BY last_used_at DESC, id DESC LIMIT $6`,
};

/** Expired sessions, and those not yet revoked at Cognito; 1 minute is left to the request that revoked them here. */
export const takePendingRevocations: Statement = {
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

/** PostgreSQL's time, in milliseconds since 1970. */
const databaseTime = `extract(epoch FROM clock_timestamp())::float8 * 1000`;

export const readTime: Statement = {
  name: 'sessions-read-time',
  text: `SELECT ${databaseTime} AS time`,
};

/**
 * The last 10 seconds are read again, because a row has the start time of its transaction and is visible after the commit.
 * Access tokens live a day at most (Cognito, "Quotas").
 */
export const revokedSince: Statement = {
  name: 'sessions-ended-since',
  text: `
    WITH since AS (SELECT coalesce($1::timestamptz - interval '10 seconds', now() - interval '25 hours') AS since),
    changed AS (SELECT ${signOutColumns} FROM usher.sign_outs, since WHERE updated_at > since)
    SELECT now()::text AS "readAt",
      (SELECT coalesce(array_agg(origin_jti), '{}') FROM usher.sessions, since WHERE ended_at > since) AS revoked,
      (SELECT coalesce(json_agg(changed), '[]') FROM changed) AS "signOuts",
      ${databaseTime} AS "databaseTime"`,
};

/**
 * $2 is Cognito's time in seconds, if known, $3 an `auth_time` that is not later, $4 a token family that is not revoked.
 * A row is kept for 10 years, the maximum lifetime of a refresh token that was not revoked at Cognito: refreshed access
 * tokens keep their `auth_time`.
 */
export const recordSignOut: Statement = {
  name: 'sessions-record-sign-out',
  text: `
    WITH old AS (DELETE FROM usher.sign_outs WHERE signed_out_at < now() - interval '10 years 1 day' AND sub <> $1)
    SELECT ${signOutColumns} FROM usher.record_sign_out($1, $2, $3, $4, $5, $6)`,
};

/** Whether a token family is revoked, and the user's last sign-out. $2 is null for a token without `origin_jti`. */
export const findRevocation: Statement = {
  name: 'sessions-find-end',
  text: `
    SELECT ${signOutColumns},
      EXISTS (SELECT FROM usher.sessions WHERE origin_jti = $2 AND ended_at IS NOT NULL)
        OR EXISTS (SELECT FROM usher.ended_families WHERE origin_jti = $2) AS "familyRevoked"
    FROM (VALUES (1)) AS one LEFT JOIN usher.sign_outs ON sub = $1`,
};

/** 10 years is the maximum lifetime of a refresh token. */
export const deleteOldFamilies: Statement = {
  name: 'sessions-forget-families',
  text: `
    DELETE FROM usher.ended_families WHERE origin_jti IN (
      SELECT origin_jti FROM usher.ended_families WHERE ended_at < now() - interval '10 years 1 day'
      ORDER BY ended_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
};

/** Expired sessions stay expired. If several processes serve a session, one of them writes and none waits for a lock. */
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
