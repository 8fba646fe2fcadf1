import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';

/** Fifteen quiet minutes reset the count, as at Cognito. */
const quiet = `interval '15 minutes'`;

const isLockedOut: Statement = {
  name: 'account-failures-is-locked-out',
  text: `SELECT 1 FROM usher.account_failures WHERE account = $1 AND locked_until > now()`,
};

/**
 * One statement, so that two processes cannot count the same failure twice or lose one. From the fifth failure on the
 * account is locked for 2^(n-5) seconds, up to 15 minutes; tries during a lock do not lengthen it.
 * Strangers choose the addresses, so each failure also takes a few forgotten ones away.
 */
const record: Statement = {
  name: 'account-failures-record',
  text: `
    WITH forgotten AS (
      DELETE FROM usher.account_failures WHERE account IN (
        SELECT account FROM usher.account_failures
        WHERE last_failure_at < now() - 2 * ${quiet} AND account <> $1
        ORDER BY last_failure_at LIMIT 10 FOR UPDATE SKIP LOCKED))
    INSERT INTO usher.account_failures AS known (account, failures, last_password, last_failure_at)
    VALUES ($1, 1, $2, now())
    ON CONFLICT (account) DO UPDATE SET
      failures = CASE WHEN known.last_failure_at < now() - ${quiet} THEN 1 ELSE known.failures + 1 END,
      last_password = $2,
      last_failure_at = now(),
      locked_until = CASE
        WHEN known.last_failure_at < now() - ${quiet} OR known.failures < 4 THEN NULL
        ELSE now() + make_interval(secs => least(900, 2 ^ least(known.failures - 4, 10))) END
    WHERE (known.last_password <> $2 OR known.last_failure_at < now() - interval '20 seconds')
      AND coalesce(known.locked_until <= now(), true)`,
};

const clear: Statement = {
  name: 'account-failures-clear',
  text: `DELETE FROM usher.account_failures WHERE account = $1`,
};

@Injectable()
export class AccountFailuresRepository {
  constructor(private readonly database: Database) {}

  async isLockedOut(account: Buffer): Promise<boolean> {
    return (await this.database.query(isLockedOut, [account])).length > 0;
  }

  async record(account: Buffer, passwordDigest: Buffer): Promise<void> {
    await this.database.query(record, [account, passwordDigest]);
  }

  async clear(account: Buffer): Promise<void> {
    await this.database.query(clear, [account]);
  }
}
