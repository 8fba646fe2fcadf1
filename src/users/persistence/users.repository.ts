import { emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { revokeEmailChanges } from '../revoke-confirmations.js';
import type { LegacyAccount, User } from '../user.js';
import * as sql from './users.sql.js';

type LegacyRow = User & Omit<LegacyAccount, 'user'>;

export interface SignUpToConfirm {
  userId: number;
  email: string;
  /** `null` leaves the row's, and its names. */
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface Link {
  sub: string;
  userPoolId: string;
  /** `undefined`: an adopted table keeps it, a table of ours does not. */
  legacyHash: 'keep' | 'erase' | undefined;
}

/** Somebody who was just linked. */
export interface Linked {
  user: User;
  /** How the old hash begins, `$2a$11$` say, of somebody who has moved with this; `none` where there was no hash any more. */
  movedFrom: string | undefined;
}

/** The `users` table. Times are made by PostgreSQL; Rails's columns are UTC without saying so. */
@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  findBySub(sub: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findBySub, [sub]);
  }

  /** @param legacyHash for somebody whose row an operator has linked, at the first sign-in */
  async findSignedIn(sub: string, legacyHash: Link['legacyHash']): Promise<User | undefined> {
    const row = await this.database.queryOne<User & { keptHash: boolean }>(sql.findSignedIn, [sub]);
    if (row === undefined) return undefined;
    if (row.keptHash) await this.database.query(sql.settleHash, [row.id, legacyHash]);
    return toUser(row);
  }

  findByEmail(email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findByEmail, [emailSpellings(email)]);
  }

  /** The row that a pool user belongs to whose address the pool has verified. */
  findToLink(email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findToLink, [emailSpellings(email)]);
  }

  /** Whether any row has the address, also one that `findByEmail` does not find. */
  async hasRows(email: string): Promise<boolean> {
    return (
      (await this.database.queryOne<{ found: boolean }>(sql.hasRows, [emailSpellings(email)]))?.found ?? false
    );
  }

  /** @param unlockInSeconds how long Devise's lock holds; `undefined` for ever. */
  async findLegacyAccount(
    email: string,
    unlockInSeconds: number | undefined,
  ): Promise<LegacyAccount | undefined> {
    const row = await this.database.queryOne<LegacyRow>(sql.findLegacyAccount, [
      emailSpellings(email),
      unlockInSeconds,
    ]);
    return row && toLegacyAccount(row);
  }

  /** The new row, or `undefined` when a row has the address or the `sub` already. */
  insert(email: string, sub: string, userPoolId: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.insert, [email, sub, userPoolId, emailSpellings(email)]);
  }

  /** The linked row, or `undefined` when it was linked meanwhile. */
  async link(id: number, { sub, userPoolId, legacyHash }: Link): Promise<Linked | undefined> {
    const values = [id, sub, legacyHash, userPoolId];
    const row = await this.database.queryOne<User & { movedFrom: string | null }>(sql.link, values);
    if (row === undefined) return undefined;
    return { user: toUser(row), movedFrom: row.movedFrom ?? undefined };
  }

  /** @param sub `null` removes the link */
  async relink(id: number, sub: string | null): Promise<void> {
    await this.database.query(sql.relink, [id, sub]);
  }

  async unlinkAll(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(sql.unlinkAll))?.count ?? 0;
  }

  async countLinked(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(sql.countLinked))?.count ?? 0;
  }

  /** The id of a new row that nobody has confirmed, or `undefined` when some row has the address. */
  async insertUnconfirmed(email: string): Promise<number | undefined> {
    return (
      await this.database.queryOne<{ id: number }>(sql.insertUnconfirmed, [email, emailSpellings(email)])
    )?.id;
  }

  /** Whether there is a row with this address that is confirmed now. One that was so before stays as it is. */
  async confirm({ userId, email, passwordHash, firstName, lastName }: SignUpToConfirm): Promise<boolean> {
    const values = [userId, emailSpellings(email), passwordHash, firstName, lastName];
    return (await this.database.query(sql.confirm, values)).length > 0;
  }

  async setUnconfirmedEmail(id: number, email: string): Promise<void> {
    await this.database.query(sql.setUnconfirmedEmail, [id, email]);
  }

  /** The row, if this is the address it waits for. */
  findAwaiting(id: number, email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findAwaiting, [id, email]);
  }

  /** Whether it was done: not when another row has the address. */
  async changeEmail(id: number, email: string): Promise<boolean> {
    return (await this.database.query(sql.changeEmail, [id, email, emailSpellings(email)])).length > 0;
  }

  /** Whether the row is still as it was when its hash was checked. */
  async recordAgreement({ user, passwordHash }: LegacyAccount): Promise<boolean> {
    const values = [user.id, emailSpellings(user.email), passwordHash];
    return (await this.database.query(sql.recordAgreement, values)).length > 0;
  }

  async recordMailboxProof(email: string, sub: string | null): Promise<void> {
    await this.database.query(sql.recordMailboxProof, [emailSpellings(email), sub]);
  }

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** To be called in a transaction: pending changes of address end with the old password. */
  async recordPasswordReset(id: number): Promise<void> {
    await this.database.query(sql.recordPasswordReset, [id]);
    await revokeEmailChanges(this.database, { id });
  }

  /** An adopted table has the columns of Devise's trackable only where the application used it. */
  async hasTrackingColumns(): Promise<boolean> {
    return (await this.database.queryOne<{ found: boolean }>(sql.hasTrackingColumns))?.found ?? false;
  }

  async recordSignIn(id: number, address: string | null): Promise<void> {
    await this.database.query(sql.recordSignIn, [id, address]);
  }
}

/** Without the row's further columns. Named one by one: a rest pattern takes as long as a tenth of the question itself. */
const toUser = ({ id, email, firstName, lastName, roles, sub, disabled }: User): User => ({
  id,
  email,
  firstName,
  lastName,
  roles,
  sub,
  disabled,
});

function toLegacyAccount(row: LegacyRow): LegacyAccount {
  const { passwordHash, authenticationHash, confirmed, locked, linkedForGood, agreedJustNow, erased } = row;
  return {
    user: toUser(row),
    passwordHash,
    authenticationHash,
    confirmed,
    locked,
    linkedForGood,
    agreedJustNow,
    erased,
  };
}
