import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalEmail, type UserId } from '#contracts';
import { type PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { type UserPoolConfig, userPoolConfig } from '../common/config/cognito.config.js';
import { isAppError } from '../common/errors/app-error.js';
import { type RowState, UserRepair } from '../users/user-repair.js';
import { type Discrepancy, type EmailFrom, type RepairAction, repairFor } from './discrepancy.js';
import { type Listing, PoolListings } from './persistence/pool-listings.repository.js';

/** Finds and repairs discrepancies between the users table and the pool. For an operator's command. */
@Injectable()
export class Reconciliation {
  constructor(
    private readonly listings: PoolListings,
    private readonly rows: UserRepair,
    private readonly directory: UserDirectory,
    @Inject(userPoolConfig.KEY) private readonly userPool: UserPoolConfig,
  ) {}

  /** @throws AppError `cognito.credentials_missing` */
  requireCredentials(): Promise<void> {
    return this.directory.requireCredentials();
  }

  /** @returns another pool that rows are linked to, and their number: the configured pool may be the wrong one */
  otherPool(): Promise<{ userPoolId: string; people: number } | undefined> {
    return this.listings.otherPool(this.userPool.userPoolId);
  }

  /**
   * Reads the whole pool, then calls `work`.
   * @param progress called with the number of pool users read so far
   * @throws AppError what `UserDirectory` throws
   */
  async withListing<Result>(
    progress: (people: number) => void,
    work: (listing: Listing) => Promise<Result>,
  ): Promise<Result> {
    const listing = { run: randomUUID(), beganAt: new Date() };
    await this.listings.clean(listing.run);
    try {
      let people = 0;
      for await (const page of this.directory.list()) {
        await this.listings.add(listing.run, page);
        progress((people += page.length));
      }
      await this.listings.analyse();
      return await work(listing);
    } finally {
      await this.listings.clean(listing.run);
    }
  }

  /** @param step called with what is compared next */
  compare(listing: Listing, step: (what: string) => void): AsyncIterable<Discrepancy> {
    return this.listings.compare(listing, step);
  }

  /**
   * Rechecks both sides first, because the listing may be hours old.
   * @returns whether it was repaired; false if row or pool user have changed since the listing
   * @throws AppError what `UserDirectory` throws
   */
  async repair(discrepancy: Discrepancy, emailFrom: EmailFrom): Promise<boolean> {
    const { kind, id, sub, username } = discrepancy;
    const action = repairFor(kind, emailFrom);
    if (sub === null || action === null) return false;
    const poolUser = await this.directory.find(username ?? sub);
    if (action === 'unlink') return id !== null && poolUser === undefined && this.rows.unlink(id, sub);
    if (poolUser?.sub !== sub) return false;
    if (action === 'insert_row') return this.insertRow(poolUser);
    const row = id === null ? undefined : await this.rows.find(id);
    if (row === undefined || !recheck(action, { row, poolUser }, emailFrom)) return false;
    return this.change(action, row, poolUser);
  }

  private async insertRow(poolUser: PoolUser): Promise<boolean> {
    const { sub, email } = poolUser;
    if (email === undefined || !isProven(poolUser)) return false;
    return this.rows.insert(email, { sub, userPoolId: this.userPool.userPoolId });
  }

  private change(
    action: RepairAction,
    row: RowState,
    { sub, username, email = '' }: PoolUser,
  ): Promise<boolean> {
    const { id } = row;
    switch (action) {
      case 'link':
        return this.rows.link(id, { sub, userPoolId: this.userPool.userPoolId });
      case 'record_reset':
        return this.rows.recordReset(id);
      case 'take_email_from_pool':
        return this.rows.changeEmail(id, email);
      case 'disable_here':
        return this.rows.disable(id);
      case 'delete_in_pool':
        return this.inPool(id, action, () => this.directory.delete(username));
      case 'give_email_to_pool':
        return this.inPool(id, action, () => this.directory.changeEmail(username, row.email));
      case 'disable_in_pool':
        return this.inPool(id, action, () => this.directory.disable(username));
      default:
        return Promise.resolve(false);
    }
  }

  private async inPool(id: UserId, action: RepairAction, change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
    } catch (error) {
      // The pool user was deleted meanwhile, or another pool user has the address.
      if (isAppError(error, 'request.not_found', 'auth.account_link_conflict')) return false;
      throw error;
    }
    await this.rows.recordInPool(id, action);
    return true;
  }
}

interface BothSides {
  row: RowState;
  poolUser: PoolUser;
}

/** Whether the condition of a discrepancy still holds. */
function recheck(action: RepairAction, sides: BothSides, emailFrom: EmailFrom): boolean {
  return action !== 'unlink' && action !== 'insert_row' && conditions[action](sides, emailFrom);
}

const sameEmail = ({ row, poolUser }: BothSides): boolean =>
  canonicalEmail(row.email) === canonicalEmail(poolUser.email ?? '');

const isLinked = ({ row, poolUser }: BothSides): boolean => row.sub === poolUser.sub;

const isFree = (sides: BothSides): boolean =>
  sides.row.sub === null && !sides.row.disabled && sameEmail(sides);

const isProven = ({ emailVerified, status, enabled }: PoolUser): boolean =>
  emailVerified && status === 'CONFIRMED' && enabled;

type Condition = (sides: BothSides, emailFrom: EmailFrom) => boolean;

const conditions: Record<Exclude<RepairAction, 'unlink' | 'insert_row'>, Condition> = {
  link: (sides) => isFree(sides) && isProven(sides.poolUser),
  record_reset: (sides) =>
    isFree(sides) && sides.poolUser.status === 'RESET_REQUIRED' && sides.poolUser.enabled,
  delete_in_pool: (sides) =>
    sides.poolUser.status === 'UNCONFIRMED' && sides.row.confirmed && !isLinked(sides) && sameEmail(sides),
  take_email_from_pool: (sides) => isLinked(sides) && sides.poolUser.emailVerified && !sameEmail(sides),
  give_email_to_pool: (sides, emailFrom) =>
    isLinked(sides) &&
    !sameEmail(sides) &&
    sides.row.confirmed &&
    (emailFrom === 'table' || !sides.poolUser.emailVerified),
  disable_in_pool: (sides) => isLinked(sides) && sides.row.disabled && sides.poolUser.enabled,
  disable_here: (sides) => isLinked(sides) && !sides.row.disabled && !sides.poolUser.enabled,
};
