import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Confirmation } from './confirmations.repository.js';
import * as sql from './confirmations.sql.js';

/** Changes of address under way between the table and the pool. The row of the person must be locked where it says so. */
@Injectable()
export class EmailChangesRepository {
  constructor(private readonly database: Database) {}

  /** Whether it acquired the lease of this change, and for the first time. The row must be locked. */
  acquireLease({ id }: Confirmation): Promise<{ first: boolean } | undefined> {
    return this.database.queryOne(sql.acquireLease, [id]);
  }

  /** @param untouched Cognito certainly does not have the new address */
  async releaseLease(id: number, untouched: boolean): Promise<void> {
    await this.database.query(sql.releaseLease, [id, untouched]);
  }

  /** A revoked change of which Cognito may have heard. */
  findRollback(): Promise<Confirmation | undefined> {
    return this.database.queryOne<Confirmation & { [column: string]: unknown }>(sql.findRollback);
  }

  /** Whether it acquired the lease. The row must be locked. */
  acquireRollbackLease({ id }: Confirmation): Promise<{ stuck: boolean } | undefined> {
    return this.database.queryOne(sql.acquireRollbackLease, [id]);
  }

  /** @param certain no request to Cognito can still be under way @returns whether it is over */
  async finishRollback({ id }: Confirmation, certain: boolean): Promise<boolean> {
    return (await this.database.query(sql.finishRollback, [id, certain])).length > 0;
  }

  /** Is the pool about to lose this address of a person again? @param email normalised */
  async isBeingRolledBack(userId: number, email: string): Promise<boolean> {
    return (await this.database.query(sql.isBeingRolledBack, [userId, email])).length > 0;
  }
}
