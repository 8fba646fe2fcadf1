import { createHash } from 'node:crypto';
import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/crypto/key-ring.js';
import { Raw } from 'typeorm';
import { Database, type Statement } from '../common/database/database.js';
import { AccountFailures } from './persistence/credentials.entities.js';

/** 15 minutes without a failure reset the count, as in Cognito. */
const quiet = `interval '15 minutes'`;

const isQuiet = `known.last_failure_at < now() - ${quiet}`;

/** A retry by Cognito, which calls the Lambda up to three times for one sign-in. */
const isRepeated = `(known.last_password = $2 AND known.last_failure_at >= now() - interval '20 seconds')`;

/** Does not count the failure. Records the password, so that no process checks it again for the same sign-in. */
const recordWhileLocked: Statement = {
  name: 'account-failures-record-while-locked',
  text: `
    UPDATE usher.account_failures SET password_while_locked = $2, failed_while_locked_at = now()
    WHERE account = $1 AND locked_until > now()
    RETURNING 1`,
};

/**
 * One statement, so that two processes neither count a failure twice nor lose one. From the fifth failure on the account is locked
 * for 2^(n-5) seconds, up to 15 minutes; failures during a lock do not extend it. Callers choose the addresses, so each failure also
 * deletes up to ten expired rows.
 */
const recordFailure: Statement = {
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
      failures = CASE WHEN ${isQuiet} THEN 1 WHEN ${isRepeated} THEN known.failures ELSE known.failures + 1 END,
      last_password = $2,
      last_failure_at = now(),
      locked_until = CASE
        WHEN ${isRepeated} THEN known.locked_until
        WHEN ${isQuiet} OR known.failures < 4 THEN NULL
        ELSE now() + make_interval(secs => least(900, 2 ^ least(known.failures - 4, 10))) END
    WHERE coalesce(known.locked_until <= now(), true)`,
};

/** Compares with the clock of PostgreSQL, which has set the times. */
const findRefusal: Statement = {
  name: 'account-failures-is-refused-since',
  text: `
    SELECT 1 FROM usher.account_failures
    WHERE account = $1 AND (
      (last_password = $2 AND last_failure_at >= now() - make_interval(secs => $3))
      OR (password_while_locked = $2 AND failed_while_locked_at >= now() - make_interval(secs => $3)))`,
};

/**
 * Counts failed password checks by address, with or without an account, in all processes together. Uses Cognito's schedule, so that
 * `/aws/auth` does not bypass it (developer guide, "Lockout behavior for failed sign-in attempts").
 */
@Injectable()
export class LoginThrottle {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  isLockedOut(email: string): Promise<boolean> {
    const lockedUntil = Raw((column) => `${column} > now()`);
    return this.database.with(AccountFailures, (failures) =>
      failures.existsBy({ account: account(email), lockedUntil }),
    );
  }

  /** The same password again within 20 seconds is a retry by Cognito and counts once. Failures during a lock do not count. */
  async record(email: string, password: string): Promise<void> {
    const values = [account(email), this.digest(password)];
    const isLocked = (await this.database.query(recordWhileLocked, values)).length > 0;
    if (!isLocked) await this.database.query(recordFailure, values);
  }

  /**
   * @param elapsedMs how far back to look, in milliseconds
   * @returns whether the latest failure, or the latest failure during a lock, has this password and is not older
   */
  async isRefusedSince(email: string, password: string, elapsedMs: number): Promise<boolean> {
    const values = [account(email), this.digest(password), elapsedMs / 1000];
    return (await this.database.query(findRefusal, values)).length > 0;
  }

  async clear(email: string): Promise<void> {
    await this.database.with(AccountFailures, (failures) => failures.delete({ account: account(email) }));
  }

  private digest(password: string): Buffer {
    return this.keys.digest('account-failures', password);
  }
}

/** A digest, because callers choose the addresses. All spellings of an address have one key. */
const account = (email: string): Buffer => createHash('sha256').update(canonicalEmail(email)).digest();
