import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { User } from '../user.js';
import * as sql from './user-records.sql.js';

/** A person as an administrator sees them. */
export interface UserRecord extends User {
  profile: Record<string, unknown>;
  confirmed: boolean;
  /** By an administrator. */
  disabledHere: boolean;
  /** By the old application (`LEGACY_BLOCKED_WHEN`). */
  blocked: boolean;
  unconfirmedEmail: string | null;
  createdAt: Date;
  erasure: 'pending' | 'done' | null;
}

/** Where a page ended. */
export interface Position {
  /** The address as it is compared. */
  key: string;
  id: number;
}

export type Profile = Pick<UserRecord, 'firstName' | 'lastName' | 'profile'>;

/** The last of all characters: what begins with a text comes before the text with this behind it. */
const last = '\u{10FFFF}';

/** All that is known about people, one by one and page by page. */
@Injectable()
export class UserRecordsRepository {
  constructor(private readonly database: Database) {}

  find(id: number): Promise<UserRecord | undefined> {
    return this.database.queryOne(sql.find, [id]);
  }

  /** Nobody else changes the row until the transaction is over. */
  findForChange(id: number): Promise<UserRecord | undefined> {
    return this.database.queryOne(sql.findForChange, [id]);
  }

  findBySub(sub: string): Promise<UserRecord | undefined> {
    return this.database.queryOne(sql.findBySub, [sub]);
  }

  /** @param spellings of one address (`emailSpellings`) */
  findByEmail(spellings: string[]): Promise<UserRecord[]> {
    return this.database.query(sql.findByEmail, [spellings]);
  }

  /** In the order of addresses. @param beginning of the address, normalised */
  page(beginning: string, after: Position | undefined, count: number): Promise<(UserRecord & Position)[]> {
    const values = [beginning, beginning + last, after?.key ?? '', after?.id ?? 0, count];
    return this.database.query(sql.page, values);
  }

  async setProfile(id: number, { firstName, lastName, profile }: Profile): Promise<void> {
    await this.database.query(sql.setProfile, [id, firstName, lastName, profile]);
  }

  async setRoles(id: number, roles: string[]): Promise<void> {
    await this.database.query(sql.setRoles, [id, roles]);
  }

  async disable(id: number): Promise<void> {
    await this.database.query(sql.disable, [id]);
  }

  async enable(id: number): Promise<void> {
    await this.database.query(sql.enable, [id]);
  }
}
