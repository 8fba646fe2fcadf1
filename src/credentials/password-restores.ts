import { randomUUID } from 'node:crypto';
import { canonicalEmail, emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import { mayHaveSucceeded } from '../cognito/cognito-errors.js';
import { Clock } from '../common/clock/clock.js';
import { Raw } from 'typeorm';
import { Database, type Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { Log } from '../common/logging/log.js';
import { hasHash } from '../users/user-lookup.sql.js';
import { UserLinksRepository } from '../users/user-links.repository.js';
import type { LegacyAccount } from '../users/user.js';
import { PasswordRestore } from './persistence/credentials.entities.js';

/** Milliseconds. A reset with a wrong code takes less. */
const longestWait = 3000;
const pollMs = 100;

/** Serialises the start of restores and resets of an address. $1: the canonical address */
const lockRestores: Statement = {
  name: 'password-restores-lock',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('usher.password_restores/' || $1, 0))`,
};

/** $1: `emailSpellings` */
const isChanging = `EXISTS (SELECT 1 FROM usher.password_changes AS change
  WHERE ${isSpelling('change.username', '$1')} OR ${isSpelling('change.email', '$1')})`;

/** Compares addresses by the expression of the index. */
const findChange: Statement = {
  name: 'password-restores-find-change',
  text: `SELECT ${isChanging} AS changing`,
};

/** The hash may be gone because another sign-in has linked the row. $2: the row, $3: the hash, $4: the `sub`, $5: the digest */
const findCurrent: Statement = {
  name: 'password-restores-is-current',
  text: `
    SELECT NOT ${isChanging} AND EXISTS (
      SELECT 1 FROM users WHERE id = $2 AND (${hasHash('$3', '$5')} OR cognito_sub = $4)) AS current`,
};

/**
 * Prevents that a legacy password replaces a new one at Cognito. A reset through Usher leaves a record before it is sent, and a restore
 * begins only without one. A restore holds a lease, and a reset begins only without one.
 */
@Injectable()
export class PasswordRestores {
  constructor(
    private readonly database: Database,
    private readonly links: UserLinksRepository,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Runs `set` under a lease. Also records the approval of the migration, so that the sign-in links the row whose hash was checked.
   * @param set sets the password at Cognito @returns the `sub` of the pool user, `undefined` if it needs no password
   * @returns whether the password was set and no other one has been set since
   * @throws AppError what `set` throws
   */
  async run(account: LegacyAccount, set: () => Promise<string | undefined>): Promise<boolean> {
    const lease = await this.begin(account);
    if (lease === undefined) return false;
    let sub: string | undefined;
    try {
      sub = await set();
    } catch (error) {
      // Otherwise Cognito may still set the password, and the lease must expire.
      if (!mayHaveSucceeded(error)) await this.remove(lease);
      throw error;
    }
    return this.finish(lease, account, sub);
  }

  /**
   * Records a change of the password before it is sent to Cognito.
   * @param record runs in a transaction
   * @returns the result of `record`; `undefined` while a restore is in progress, and the caller must wait
   */
  recordChange<Result>(email: string, record: () => Promise<Result>): Promise<Result | undefined> {
    return this.transaction(email, async () => {
      const current = { email: canonicalEmail(email), expiresAt: Raw((column) => `${column} > now()`) };
      const isLeased = await this.database.with(PasswordRestore, (restores) => restores.existsBy(current));
      return isLeased ? undefined : record();
    });
  }

  /** Waits for a reset in progress. @returns the ID of the lease; `undefined` if another password has been set, or may be */
  private async begin(account: LegacyAccount): Promise<string | undefined> {
    const { email } = account.user;
    for (let waited = 0; waited <= longestWait; waited += pollMs) {
      const lease = await this.transaction(email, async () => {
        if (await this.isChanging(email)) return 'changing';
        return (await this.links.markApproved(account)) ? this.insertLease(email) : undefined;
      });
      if (lease !== 'changing') return lease;
      await this.clock.sleep(pollMs);
    }
    return undefined;
  }

  /** During a deployment, processes of an earlier release send resets without regard to leases. */
  private async finish(lease: string, account: LegacyAccount, sub: string | undefined): Promise<boolean> {
    const isCurrent = await this.transaction(account.user.email, async () => {
      await this.remove(lease);
      return sub !== undefined && this.isCurrent(account, sub);
    });
    if (sub !== undefined && !isCurrent)
      this.log.error('a legacy password may have replaced the password of a reset', {
        user: account.user.id,
      });
    return isCurrent;
  }

  /** Runs `work` in a transaction during which no reset and no other restore of this address begins. */
  private transaction<Result>(email: string, work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(async () => {
      await this.database.query(lockRestores, [canonicalEmail(email)]);
      return work();
    });
  }

  /** @returns whether a change of the password is recorded that is not completed */
  private async isChanging(email: string): Promise<boolean> {
    const row = await this.database.queryOne<{ changing: boolean }>(findChange, [emailSpellings(email)]);
    return row?.changing ?? false;
  }

  private async insertLease(email: string): Promise<string> {
    const id = randomUUID();
    // Longer than the longest timeout for Cognito.
    const expiresAt = () => `now() + interval '1 minute'`;
    await this.database.with(PasswordRestore, async (restores) => {
      await restores.delete({ expiresAt: Raw((column) => `${column} < now()`) });
      await restores.insert({ id, email: canonicalEmail(email), expiresAt });
    });
    return id;
  }

  private async remove(lease: string): Promise<void> {
    await this.database.with(PasswordRestore, (restores) => restores.delete({ id: lease }));
  }

  /** @returns whether the row still has the hash that was checked or is linked to `sub`, and no other password has been set */
  private async isCurrent({ user, passwordHash, hashDigest }: LegacyAccount, sub: string): Promise<boolean> {
    const values = [emailSpellings(user.email), user.id, passwordHash, sub, hashDigest];
    return (await this.database.queryOne<{ current: boolean }>(findCurrent, values))?.current ?? false;
  }
}
