import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { Confirmation } from './confirmations.repository.js';
import * as sql from './confirmations.sql.js';

/** Changes of address under way between the table and the pool. The row of the person must be locked where it says so. */
@Injectable()
export class EmailChangesRepository {
  constructor(private readonly database: Database) {}

  /** Whether it is this change's turn, and its first. The row must be locked. */
  takeTurn({ id }: Confirmation): Promise<{ first: boolean } | undefined> {
    return this.database.queryOne(sql.takeTurn, [id]);
  }

  /** @param untouched Cognito certainly does not have the new address */
  async endTurn(id: number, untouched: boolean): Promise<void> {
    await this.database.query(sql.endTurn, [id, untouched]);
  }

  /** A revoked change of which Cognito may have heard. */
  findRollback(): Promise<Confirmation | undefined> {
    return this.database.queryOne<Confirmation & { [column: string]: unknown }>(sql.findRollback);
  }

  /** Whether it is this one's turn. The row must be locked. */
  takeRollback({ id }: Confirmation): Promise<{ stuck: boolean } | undefined> {
    return this.database.queryOne(sql.takeRollback, [id]);
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
