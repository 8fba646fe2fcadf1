import type { Statement } from '../../platform/database/database.js';
import { emailExpression, isSpelling } from '../../platform/database/email-expression.js';
import { isLive, isTaken, rowToLink } from '../../users/user-lookup.sql.js';

/** Each reads at most a page, but may look at many rows for it. */
const patienceMs = 600_000;

export const pageSize = 500;

/** Runs that were killed leave rows behind. */
export const clean: Statement = {
  name: 'pool-listings-clean',
  patienceMs,
  text: `DELETE FROM usher.pool_listings WHERE run = $1 OR listed_at < now() - interval '1 day'`,
};

export const insert: Statement = {
  name: 'pool-listings-insert',
  text: `
    INSERT INTO usher.pool_listings (run, sub, username, email, email_verified, status, enabled, spellings)
    SELECT $1, sub, username, email, email_verified, status, enabled,
      ARRAY(SELECT jsonb_array_elements_text(spellings::jsonb))
    FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::boolean[], $8::text[])
      AS one (sub, username, email, email_verified, status, enabled, spellings)
    ON CONFLICT DO NOTHING`,
};

/** Plans depend on how large the listing is, and nobody else looks at it. */
export const analyse: Statement = {
  name: 'pool-listings-analyse',
  patienceMs,
  text: 'ANALYZE usher.pool_listings',
};

const finding = (kind: string, email = 'person.email') =>
  `${kind} AS kind, person.id, ${email} AS email, pool.sub, pool.username,
    CASE WHEN pool.email IS DISTINCT FROM ${email} THEN pool.email END AS "poolEmail"`;

/** With a wrong pool id everybody would seem to be missing. */
export const findOtherPools: Statement = {
  name: 'reconcile-find-other-pools',
  patienceMs,
  text: `
    SELECT cognito_user_pool_id AS "userPoolId", count(*) AS people FROM users
    WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL AND cognito_user_pool_id <> $1
    GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
};

/** $1 is the run, $2 where the page before ended, $3 when the listing began: whoever was linked since may not be on it. */
export const missingInPool: Statement = {
  name: 'reconcile-missing-in-pool',
  patienceMs,
  text: `
    SELECT id::text AS key, 'missing_in_pool' AS kind, id, email, cognito_sub AS sub, NULL AS username,
      NULL AS "poolEmail"
    FROM users WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL AND id > coalesce(nullif($2::text, ''), '0')::bigint
      AND coalesce(cognito_linked_at, '-infinity') < $3
      AND NOT EXISTS (SELECT 1 FROM usher.pool_listings AS pool WHERE run = $1 AND pool.sub = cognito_sub)
    ORDER BY users.id LIMIT ${pageSize}`,
};

const sameAddress = (one: string, other: string) => `${emailExpression(one)} = ${emailExpression(other)}`;

const hasAnyRow = isTaken('pool.spellings');

/** Two people of the pool have proven one address: nobody can say whose a row is. `duplicate_in_pool` tells of them. */
const hasTwin = `EXISTS (SELECT 1 FROM usher.pool_listings AS twin WHERE twin.run = pool.run AND twin.sub <> pool.sub
  AND twin.email_verified AND twin.status <> 'UNCONFIRMED' AND ${sameAddress('twin.email', 'pool.email')})`;

const isOurs = `person.id IS NOT NULL AND person.usher_erased_at IS NULL AND NOT person.usher_blocked`;
const isProven = `pool.email_verified AND pool.status = 'CONFIRMED' AND pool.enabled`;
const isFree = `${isOurs} AND person.cognito_sub IS NULL AND person.usher_disabled_at IS NULL`;
const couldSignIn = `${isOurs} AND person.cognito_sub IS NULL AND person.confirmed_at IS NOT NULL`;

/** The first that fits. */
const kindWithoutLink = `
  CASE WHEN person.usher_erased_at IS NOT NULL THEN 'erased_here'
    WHEN ${hasTwin} THEN NULL
    WHEN ${isFree} AND ${isProven} THEN 'unheard_of'
    WHEN ${isFree} AND pool.status = 'RESET_REQUIRED' AND pool.enabled
      AND person.usher_migration_state IS DISTINCT FROM 'reset_sent' THEN 'reset_unheard_of'
    WHEN ${isProven} AND NOT ${hasAnyRow} THEN 'missing_here'
    WHEN ${isOurs} AND person.confirmed_at IS NOT NULL AND pool.status = 'UNCONFIRMED' THEN 'squatter'
    WHEN ${isOurs} AND person.cognito_sub <> pool.sub THEN 'linked_elsewhere'
    WHEN ${couldSignIn} AND person.usher_disabled_at IS NOT NULL AND pool.enabled THEN 'disabled_before_move'
    WHEN ${couldSignIn} AND NOT pool.enabled THEN 'blocked_in_pool'
    WHEN ${couldSignIn} AND pool.status = 'FORCE_CHANGE_PASSWORD' THEN 'invited_in_pool'
    WHEN ${isOurs} AND NOT pool.email_verified AND pool.status <> 'UNCONFIRMED' THEN 'unverified' END`;

export const missingHere: Statement = {
  name: 'reconcile-missing-here',
  patienceMs,
  text: `
    SELECT * FROM (
      SELECT pool.sub AS key, ${finding(kindWithoutLink, 'coalesce(person.email, pool.email)')}
      FROM usher.pool_listings AS pool LEFT JOIN LATERAL ${rowToLink('pool.spellings')} AS person ON true
      WHERE pool.run = $1 AND pool.sub > $2 AND pool.email IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM users WHERE cognito_sub = pool.sub)
      ORDER BY pool.sub
    ) AS found WHERE kind IS NOT NULL ORDER BY key LIMIT ${pageSize}`,
};

const isDisabled = `person.usher_disabled_at IS NOT NULL`;

const linked = (name: string, kind: string, condition: string): Statement => ({
  name,
  patienceMs,
  text: `
    SELECT pool.sub AS key, ${finding(kind)}
    FROM usher.pool_listings AS pool JOIN users AS person ON person.cognito_sub = pool.sub
    WHERE pool.run = $1 AND pool.sub > $2 AND person.usher_erased_at IS NULL AND ${condition}
    ORDER BY pool.sub LIMIT ${pageSize}`,
});

export const emailDiffers = linked(
  'reconcile-email-differs',
  `CASE WHEN pool.email IS NULL OR NOT pool.email_verified THEN 'email_changed_here'
    WHEN ${isTaken('pool.spellings')} THEN 'email_taken_here'
    ELSE 'email_changed_in_pool' END`,
  `(${isSpelling('person.email', 'pool.spellings')}) IS NOT TRUE`,
);

export const disabledHere = linked(
  'reconcile-disabled-here',
  `'disabled_here'`,
  `${isDisabled} AND pool.enabled`,
);

export const disabledInPool = linked(
  'reconcile-disabled-in-pool',
  `'disabled_in_pool'`,
  `NOT (${isDisabled}) AND NOT pool.enabled`,
);

export const duplicatesHere: Statement = {
  name: 'reconcile-duplicates-here',
  patienceMs,
  text: `
    SELECT users.id::text AS key, 'duplicate_here' AS kind, users.id, users.email, cognito_sub AS sub, NULL AS username,
      NULL AS "poolEmail"
    FROM users JOIN (
      SELECT ${emailExpression('email')} AS address FROM users WHERE ${isLive} GROUP BY 1 HAVING count(*) > 1
    ) AS collision ON address = ${emailExpression('users.email')}
    WHERE address <> '' AND ${isLive} AND users.id > coalesce(nullif($2::text, ''), '0')::bigint AND $1::uuid IS NOT NULL
    ORDER BY users.id LIMIT ${pageSize}`,
};

export const duplicatesInPool: Statement = {
  name: 'reconcile-duplicates-in-pool',
  patienceMs,
  text: `
    SELECT pool.sub AS key, 'duplicate_in_pool' AS kind, NULL::bigint AS id, pool.email, pool.sub, pool.username,
      NULL AS "poolEmail"
    FROM usher.pool_listings AS pool JOIN (
      SELECT ${emailExpression('email')} AS address FROM usher.pool_listings WHERE run = $1 AND email IS NOT NULL
      GROUP BY 1 HAVING count(*) > 1
    ) AS collision ON address = ${emailExpression('pool.email')}
    WHERE pool.run = $1 AND pool.sub > $2
    ORDER BY pool.sub LIMIT ${pageSize}`,
};
