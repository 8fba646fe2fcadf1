import { emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { PoolUser } from '../../cognito/user-directory.js';
import { Database, type Statement } from '../../common/database/database.js';
import { emailExpression, isSpelling } from '../../common/database/email-expression.js';
import { DuplicateAddresses } from '../../users/duplicate-addresses.js';
import { isLive, isTaken, rowToLink } from '../../users/user-lookup.sql.js';
import type { Discrepancy } from '../discrepancy.js';
import { PoolListing } from './pool-listing.entity.js';

/** One read of the whole pool. */
export interface Listing {
  /** A UUID. */
  run: string;
  beganAt: Date;
}

/** 10 minutes: a page may require reading many rows. */
const patienceMs = 600_000;

const pageSize = 500;

/** Also deletes rows of runs that were killed. */
const clean: Statement = {
  name: 'pool-listings-clean',
  patienceMs,
  text: `DELETE FROM usher.pool_listings WHERE run = $1 OR listed_at < now() - interval '1 day'`,
};

/** Plans depend on the size of the listing, and autovacuum analyses it too late. */
const analyse: Statement = {
  name: 'pool-listings-analyse',
  patienceMs,
  text: 'ANALYZE usher.pool_listings',
};

/** The comparisons read both tables in pages. */
const discrepancyColumns = (kind: string, email = 'person.email') =>
  `${kind} AS kind, person.id, ${email} AS email, pool.sub, pool.username,
    CASE WHEN pool.email IS DISTINCT FROM ${email} THEN pool.email END AS "poolEmail"`;

/** With a wrong pool ID all linked rows would be reported as missing in the pool. */
const findOtherPools: Statement = {
  name: 'reconcile-find-other-pools',
  patienceMs,
  text: `
    SELECT cognito_user_pool_id AS "userPoolId", count(*) AS people FROM users
    WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL AND cognito_user_pool_id <> $1
    GROUP BY 1 ORDER BY 2 DESC LIMIT 1`,
};

/** $1: run, $2: end of the previous page, $3: start of the listing, which may lack users who were linked later. */
const missingInPool: Statement = {
  name: 'reconcile-missing-in-pool',
  patienceMs,
  text: `
    SELECT id::text AS key, 'missing_in_pool' AS kind, id, email, cognito_sub AS sub, NULL AS username,
      NULL AS "poolEmail"
    FROM users WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL AND id > coalesce(nullif($2::text, ''), '{first_id}')::{id_type}
      AND coalesce(cognito_linked_at, '-infinity') < $3
      AND NOT EXISTS (SELECT 1 FROM usher.pool_listings AS pool WHERE run = $1 AND pool.sub = cognito_sub)
    ORDER BY users.id LIMIT ${pageSize}`,
};

const sameAddress = (one: string, other: string) => `${emailExpression(one)} = ${emailExpression(other)}`;

const hasAnyRow = isTaken('pool.spellings');

/** Two pool users have verified one address, so the row has no clear owner; reported as `duplicate_in_pool`. */
const hasTwin = `EXISTS (SELECT 1 FROM usher.pool_listings AS twin WHERE twin.run = pool.run AND twin.sub <> pool.sub
  AND twin.email_verified AND twin.status <> 'UNCONFIRMED' AND ${sameAddress('twin.email', 'pool.email')})`;

const isOurs = `person.id IS NOT NULL AND person.usher_erased_at IS NULL AND NOT person.usher_blocked`;
const isProven = `pool.email_verified AND pool.status = 'CONFIRMED' AND pool.enabled`;
const isFree = `${isOurs} AND person.cognito_sub IS NULL AND person.usher_disabled_at IS NULL`;
const couldSignIn = `${isOurs} AND person.cognito_sub IS NULL AND person.{confirmed_at} IS NOT NULL`;

/** The first match counts. */
const kindWithoutLink = `
  CASE WHEN person.usher_erased_at IS NOT NULL THEN 'erased_here'
    WHEN ${hasTwin} THEN NULL
    WHEN ${isFree} AND ${isProven} THEN 'unheard_of'
    WHEN ${isFree} AND pool.status = 'RESET_REQUIRED' AND pool.enabled
      AND person.usher_migration_state IS DISTINCT FROM 'reset_sent' THEN 'reset_unheard_of'
    WHEN ${isProven} AND NOT ${hasAnyRow} THEN 'missing_here'
    WHEN ${isOurs} AND person.{confirmed_at} IS NOT NULL AND pool.status = 'UNCONFIRMED' THEN 'squatter'
    WHEN ${isOurs} AND person.cognito_sub <> pool.sub THEN 'linked_elsewhere'
    WHEN ${couldSignIn} AND person.usher_disabled_at IS NOT NULL AND pool.enabled THEN 'disabled_before_move'
    WHEN ${couldSignIn} AND NOT pool.enabled THEN 'blocked_in_pool'
    WHEN ${couldSignIn} AND pool.status = 'FORCE_CHANGE_PASSWORD' THEN 'invited_in_pool'
    WHEN ${isOurs} AND NOT pool.email_verified AND pool.status <> 'UNCONFIRMED' THEN 'unverified' END`;

const missingHere: Statement = {
  name: 'reconcile-missing-here',
  patienceMs,
  text: `
    SELECT * FROM (
      SELECT pool.sub AS key, ${discrepancyColumns(kindWithoutLink, 'coalesce(person.email, pool.email)')}
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
    SELECT pool.sub AS key, ${discrepancyColumns(kind)}
    FROM usher.pool_listings AS pool JOIN users AS person ON person.cognito_sub = pool.sub
    WHERE pool.run = $1 AND pool.sub > $2 AND person.usher_erased_at IS NULL AND ${condition}
    ORDER BY pool.sub LIMIT ${pageSize}`,
});

const emailDiffers = linked(
  'reconcile-email-differs',
  `CASE WHEN pool.email IS NULL OR NOT pool.email_verified THEN 'email_changed_here'
    WHEN ${isTaken('pool.spellings')} THEN 'email_taken_here'
    ELSE 'email_changed_in_pool' END`,
  `(${isSpelling('person.email', 'pool.spellings')}) IS NOT TRUE`,
);

const disabledHere = linked('reconcile-disabled-here', `'disabled_here'`, `${isDisabled} AND pool.enabled`);

const disabledInPool = linked(
  'reconcile-disabled-in-pool',
  `'disabled_in_pool'`,
  `NOT (${isDisabled}) AND NOT pool.enabled`,
);

const duplicatesHere: Statement = {
  name: 'reconcile-duplicates-here',
  patienceMs,
  text: `
    SELECT users.id::text AS key, 'duplicate_here' AS kind, users.id, users.email, cognito_sub AS sub, NULL AS username,
      NULL AS "poolEmail"
    FROM users JOIN (
      SELECT ${emailExpression('email')} AS address FROM users WHERE ${isLive} GROUP BY 1 HAVING count(*) > 1
    ) AS collision ON address = ${emailExpression('users.email')}
    WHERE address <> '' AND ${isLive} AND users.id > coalesce(nullif($2::text, ''), '{first_id}')::{id_type} AND $1::uuid IS NOT NULL
    ORDER BY users.id LIMIT ${pageSize}`,
};

const duplicatesInPool: Statement = {
  name: 'reconcile-duplicates-in-pool',
  patienceMs,
  text: `
    SELECT pool.sub AS key, 'duplicate_in_pool' AS kind, NULL::{id_type} AS id, pool.email, pool.sub, pool.username,
      NULL AS "poolEmail"
    FROM usher.pool_listings AS pool JOIN (
      SELECT ${emailExpression('email')} AS address FROM usher.pool_listings WHERE run = $1 AND email IS NOT NULL
      GROUP BY 1 HAVING count(*) > 1
    ) AS collision ON address = ${emailExpression('pool.email')}
    WHERE pool.run = $1 AND pool.sub > $2
    ORDER BY pool.sub LIMIT ${pageSize}`,
};

/** In the order of the output. */
const comparisons: readonly [what: string, Statement][] = [
  ['links to deleted pool users', missingInPool],
  ['pool users without a linked row', missingHere],
  ['addresses', emailDiffers],
  ['users disabled in the table', disabledHere],
  ['users disabled in the pool', disabledInPool],
  ['addresses shared by several rows', duplicatesHere],
  ['addresses shared by several pool users', duplicatesInPool],
];

/** Copies of the pool's users in the database, to compare them with the users table in SQL. */
@Injectable()
export class PoolListings {
  constructor(
    private readonly database: Database,
    private readonly duplicates: DuplicateAddresses,
  ) {}

  /** Also deletes listings of runs that were killed. */
  async clean(run: string): Promise<void> {
    await this.database.query(clean, [run]);
  }

  async add(run: string, users: readonly PoolUser[]): Promise<void> {
    const rows = users.map(({ sub, username, email, emailVerified, status, enabled }) => ({
      ...{ run, sub, username, email: email ?? null, emailVerified, status, enabled },
      spellings: email === undefined ? [] : emailSpellings(email),
    }));
    await this.database.with(PoolListing, (listings) =>
      listings.createQueryBuilder().insert().values(rows).orIgnore().execute(),
    );
  }

  async analyse(): Promise<void> {
    await this.database.query(analyse);
  }

  /** @returns the pool with the most linked rows other than this one, if any */
  async otherPool(userPoolId: string): Promise<{ userPoolId: string; people: number } | undefined> {
    return this.database.queryOne(findOtherPools, [userPoolId]);
  }

  /** @param step called with what is compared next */
  async *compare({ run, beganAt }: Listing, step: (what: string) => void): AsyncIterable<Discrepancy> {
    for (const [what, statement] of comparisons) {
      step(what);
      yield* this.pages(statement, [run, beganAt]);
    }
    step('internationalised addresses shared by several rows');
    for (const { sub, ...row } of await this.duplicates.findSharedSpellings())
      yield { kind: 'duplicate_here', ...row, sub, username: null, poolEmail: null };
  }

  private async *pages(statement: Statement, [run, beganAt]: [string, Date]): AsyncIterable<Discrepancy> {
    for (let after = ''; ;) {
      const values = statement === missingInPool ? [run, after, beganAt] : [run, after];
      const page = await this.database.query<Discrepancy & { key: string }>(statement, values);
      for (const { key: _key, ...discrepancy } of page) yield discrepancy;
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) return;
      after = last.key;
    }
  }
}
