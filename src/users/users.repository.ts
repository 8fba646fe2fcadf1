import { emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database } from '../common/database/database.js';
import { deleteSignUpData, revokeEmailChanges } from './revoke-confirmations.js';
import type { AccountState, LegacyAccount, User, UserRecord } from './user.js';
import * as link from './user-link.sql.js';
import * as sql from './users.sql.js';

type StateRow = User & Omit<AccountState, 'user'>;
type LegacyRow = StateRow & Pick<LegacyAccount, 'passwordHash' | 'authenticationHash'>;
type RecordRow = UserRecord & { [column: string]: unknown };

export type Profile = Pick<UserRecord, 'firstName' | 'lastName' | 'profile'>;

export interface SignUpToConfirm {
  userId: number;
  email: string;
  /** `null` keeps the hash and the names of the row. */
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

export interface Linked {
  user: User;
  /** Of a user whom this link makes `migrated`: the beginning of the legacy hash, such as `$2a$11$`, or `none` without a hash. */
  legacyHashPrefix: string | undefined;
}

/** The `users` table. PostgreSQL sets all times. */
@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  findBySub(sub: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findBySub, [sub]);
  }

  /** @param legacyHash is applied at the first sign-in of a user whose row an operator has linked */
  async findSignedIn(sub: string, legacyHash: Link['legacyHash']): Promise<User | undefined> {
    const row = await this.database.queryOne<User & { hashRetained: boolean }>(link.findSignedIn, [sub]);
    if (row === undefined) return undefined;
    if (row.hashRetained) await this.database.query(link.settleHash, [row.id, legacyHash]);
    return toUser(row);
  }

  findByEmail(email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findByEmail, [emailSpellings(email)]);
  }

  /** @returns the row to link to a pool user with this verified address */
  findToLink(email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(link.findToLink, [emailSpellings(email)]);
  }

  /** @returns whether any row has the address, including rows that `findByEmail` does not return */
  async hasRows(email: string): Promise<boolean> {
    return (
      (await this.database.queryOne<{ found: boolean }>(sql.hasRows, [emailSpellings(email)]))?.found ?? false
    );
  }

  /** Reads no hash. @param unlockInSeconds how long Devise's lock holds; `undefined`: for ever */
  async findAccountState(email: string, unlockInSeconds?: number): Promise<AccountState | undefined> {
    const values = [emailSpellings(email), unlockInSeconds];
    const row = await this.database.queryOne<StateRow>(sql.findAccountState, values);
    return row && toAccountState(row);
  }

  /** Like `findAccountState`, with the hashes. */
  async findLegacyAccount(
    email: string,
    unlockInSeconds: number | undefined,
  ): Promise<LegacyAccount | undefined> {
    const values = [emailSpellings(email), unlockInSeconds];
    const row = await this.database.queryOne<LegacyRow>(sql.findLegacyAccount, values);
    if (row === undefined) return undefined;
    const { passwordHash, authenticationHash } = row;
    return { ...toAccountState(row), passwordHash, authenticationHash };
  }

  /** @returns the new row; `undefined` when a row has the address or the `sub` already */
  insert(email: string, sub: string, userPoolId: string): Promise<User | undefined> {
    return this.database.queryOne<User>(link.insert, [email, sub, userPoolId, emailSpellings(email)]);
  }

  /** @returns the row; `undefined` when it was linked in the meantime */
  async link(id: number, { sub, userPoolId, legacyHash }: Link): Promise<Linked | undefined> {
    const values = [id, sub, legacyHash, userPoolId];
    const row = await this.database.queryOne<User & { legacyHashPrefix: string | null }>(link.link, values);
    if (row === undefined) return undefined;
    return { user: toUser(row), legacyHashPrefix: row.legacyHashPrefix ?? undefined };
  }

  /**
   * To be called in a transaction. Also revokes pending e-mail changes; with a link, deletes the passwords of sign-ups.
   * @param sub `null` removes the link
   * @returns the link before; `undefined` when the user was deleted
   */
  async relink(id: number, sub: string | null): Promise<{ before: string | null } | undefined> {
    const relinked = await this.database.queryOne<{ before: string | null }>(link.relink, [id, sub]);
    if (relinked === undefined) return undefined;
    await revokeEmailChanges(this.database, { id });
    if (sub !== null) await deleteSignUpData(this.database, { id });
    return relinked;
  }

  async unlinkAll(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(link.unlinkAll))?.count ?? 0;
  }

  async countLinked(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(link.countLinked))?.count ?? 0;
  }

  /** @returns the `id` of the new unconfirmed row; `undefined` when a row has the address */
  async insertUnconfirmed(email: string): Promise<number | undefined> {
    return (
      await this.database.queryOne<{ id: number }>(sql.insertUnconfirmed, [email, emailSpellings(email)])
    )?.id;
  }

  /** @returns whether the row has this address and is confirmed now; a row that was confirmed before does not change */
  async confirm({ userId, email, passwordHash, firstName, lastName }: SignUpToConfirm): Promise<boolean> {
    const values = [userId, emailSpellings(email), passwordHash, firstName, lastName];
    return (await this.database.query(sql.confirm, values)).length > 0;
  }

  async setUnconfirmedEmail(id: number, email: string): Promise<void> {
    await this.database.query(sql.setUnconfirmedEmail, [id, email]);
  }

  /** @returns the row if this is its unconfirmed address */
  findAwaiting(id: number, email: string): Promise<User | undefined> {
    return this.database.queryOne<User>(sql.findAwaiting, [id, email]);
  }

  /** @returns whether a row has the address and cannot be assigned to the owner of the mailbox */
  async isHeld(email: string): Promise<boolean> {
    const values = [emailSpellings(email)];
    return (await this.database.queryOne<{ held: boolean }>(sql.isHeld, values))?.held ?? false;
  }

  /**
   * To be called in a transaction, after a proof of the mailbox. Deletes unconfirmed rows with this address that Usher's sign-up has
   * inserted.
   * @returns `false` when another row has the address
   */
  async changeEmail(id: number, email: string): Promise<boolean> {
    const spellings = emailSpellings(email);
    await this.database.query(sql.lockOwnerAndAddress, [id, spellings]);
    await this.database.query(sql.deleteUnusedSignUps, [spellings]);
    return (await this.database.query(sql.changeEmail, [id, email, emailSpellings(email)])).length > 0;
  }

  /** @returns `false` when the row has changed since its hash was checked */
  async markApproved({ user, passwordHash }: LegacyAccount): Promise<boolean> {
    const values = [user.id, emailSpellings(user.email), passwordHash];
    return (await this.database.query(link.markApproved, values)).length > 0;
  }

  async recordMailboxProof(email: string, sub: string | null): Promise<void> {
    await this.database.query(link.recordMailboxProof, [emailSpellings(email), sub]);
  }

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** To be called in a transaction. Also revokes pending e-mail changes, and deletes the passwords of sign-ups. */
  async recordPasswordReset(id: number): Promise<void> {
    await this.database.query(sql.recordPasswordReset, [id]);
    await revokeEmailChanges(this.database, { id });
    await deleteSignUpData(this.database, { id });
  }

  /** @returns whether the table has the columns of Devise's trackable */
  async hasTrackingColumns(): Promise<boolean> {
    return (await this.database.queryOne<{ found: boolean }>(sql.hasTrackingColumns))?.found ?? false;
  }

  async recordSignIn(id: number, address: string | null): Promise<void> {
    await this.database.query(sql.recordSignIn, [id, address]);
  }

  findRecord(id: number): Promise<UserRecord | undefined> {
    return this.database.queryOne(sql.findRecord, [id]);
  }

  /** Locks the row until the end of the transaction. */
  lockRecord(id: number): Promise<UserRecord | undefined> {
    return this.database.queryOne(sql.lockRecord, [id]);
  }

  /** Locks the rows until the end of the transaction. @returns the rows that exist, ordered by id */
  lockRecords(ids: number[]): Promise<UserRecord[]> {
    return this.database.query<RecordRow>(sql.lockRecords, [ids]);
  }

  /** Like `lockRecords`, for one row and those of all administrators, including disabled ones. */
  lockRecordWithAdministrators(id: number): Promise<UserRecord[]> {
    return this.database.query<RecordRow>(sql.lockRecordWithAdministrators, [[id]]);
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

/** Lists the members, because a rest pattern takes a tenth of the time of the query. */
const toUser = ({ id, email, firstName, lastName, roles, sub, disabled }: User): User => ({
  id,
  email,
  firstName,
  lastName,
  roles,
  sub,
  disabled,
});

function toAccountState(row: StateRow): AccountState {
  const { confirmed, locked, linkFinal, approvedRecently, erased } = row;
  return { user: toUser(row), confirmed, locked, linkFinal, approvedRecently, erased };
}
