import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { User } from '../user.js';
import * as sql from './erasures.sql.js';
import { hasTrackingColumns } from './users.sql.js';

export interface TakenErasure extends Pick<User, 'id' | 'sub' | 'email'> {
  /** With this one. */
  tries: number;
}

/** Erasures that are not finished. */
@Injectable()
export class ErasuresRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** From now on neither the person nor the address gets in, and mailed links open nothing. */
  async request(userId: number): Promise<void> {
    await this.database.query(sql.mark, [userId]);
    await this.database.query(sql.request, [userId]);
    await this.database.query(sql.removeConfirmations, [userId]);
  }

  /** One that is due. Nobody else takes it for a minute. */
  take(): Promise<TakenErasure | undefined> {
    return this.database.queryOne<TakenErasure & { [column: string]: unknown }>(sql.take);
  }

  /** Leaves the row with its `sub` and the digest of the address. */
  async finish(userId: number): Promise<void> {
    await this.database.query(sql.strip, [userId]);
    const columns = await this.database.queryOne<{ found: boolean }>(hasTrackingColumns);
    if (columns?.found) await this.database.query(sql.forgetPlaces, [userId]);
    await this.database.query(sql.finish, [userId]);
  }
}
