import { emailSpellings, type UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { Database } from '../common/database/database.js';
import { AuditLog } from './audit-log.js';
import { deleteSignUpData, revokeEmailChanges } from './revoke-confirmations.js';
import type { LocalUser } from './user.js';
import { User } from './user.entity.js';
import * as sql from './users.sql.js';

export interface SignUpToConfirm {
  userId: UserId;
  email: string;
  /** `null` keeps the hash and the names of the row. */
  passwordHash: string | null;
  firstName: string | null;
  lastName: string | null;
}

/** Rows of the `users` table by `id`. `UsersService` finds them by `sub` and address, `UserLinksRepository` links them. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  find(id: UserId): Promise<User | null> {
    return this.database.with(User, (users) => users.findOneBy({ id }));
  }

  /** Locks the row until the end of the transaction. */
  lock(id: UserId): Promise<User | null> {
    const lock = { mode: 'pessimistic_write' } as const;
    return this.database.with(User, (users) => users.findOne({ where: { id }, lock }));
  }

  /** Locks the rows until the end of the transaction, by ascending id, so that two transactions do not deadlock. */
  lockAll(ids: UserId[]): Promise<User[]> {
    const lock = { mode: 'pessimistic_write' } as const;
    return this.database.with(User, (users) =>
      users.find({ where: { id: In(ids) }, order: { id: 'ASC' }, lock }),
    );
  }

  /** Like `lockAll`, for one row and those of all administrators, including disabled ones. */
  async lockWithAdministrators(id: UserId): Promise<User[]> {
    const rows = await this.database.query<{ id: UserId }>(sql.findWithAdministrators, [id]);
    return this.lockAll(rows.map((row) => row.id));
  }

  async setProfile(
    id: UserId,
    { firstName, lastName, profile }: Pick<User, 'firstName' | 'lastName' | 'profile'>,
  ): Promise<void> {
    await this.update(id, { firstName, lastName, profile: profile as object });
  }

  async setRoles(id: UserId, roles: string[]): Promise<void> {
    await this.update(id, { roles });
  }

  async disable(id: UserId): Promise<void> {
    await this.update(id, { disabledAt: () => 'coalesce(usher_disabled_at, now())' });
  }

  /** A deleted user stays disabled. */
  async enable(id: UserId): Promise<void> {
    await this.database.with(User, (users) => users.update({ id, erasedAt: IsNull() }, { disabledAt: null }));
  }

  /** @returns the `id` of the new unconfirmed row; `undefined` when a row has the address, or when Usher cannot insert rows */
  async insertUnconfirmed(email: string): Promise<UserId | undefined> {
    return (
      await this.database.queryOne<{ id: UserId }>(sql.insertUnconfirmed, [email, emailSpellings(email)])
    )?.id;
  }

  /** @returns whether the row has this address and is confirmed now; a row that was confirmed before does not change */
  async confirm({ userId, email, passwordHash, firstName, lastName }: SignUpToConfirm): Promise<boolean> {
    const values = [userId, emailSpellings(email), passwordHash, firstName, lastName];
    return (await this.database.query(sql.confirm, values)).length > 0;
  }

  /** Removes Devise's token, because its link would confirm this request. */
  async setUnconfirmedEmail(id: UserId, email: string): Promise<void> {
    await this.update(id, { unconfirmedEmail: email, confirmationToken: null });
  }

  /** @returns the row if this is its unconfirmed address */
  findAwaiting(id: UserId, email: string): Promise<LocalUser | null> {
    return this.database.with(User, (users) => users.findOneBy({ id, unconfirmedEmail: email }));
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
  async changeEmail(id: UserId, email: string): Promise<boolean> {
    const spellings = emailSpellings(email);
    await this.database.query(sql.lockOwnerAndAddress, [id, spellings]);
    await this.database.query(sql.deleteUnusedSignUps, [spellings]);
    return (await this.database.query(sql.changeEmail, [id, email, spellings])).length > 0;
  }

  /**
   * To be called when Cognito has a new password. Removes the legacy hash, independent of `LEGACY_HASH`, and Devise's lock; also revokes
   * pending e-mail changes and deletes the passwords of sign-ups.
   */
  async recordNewPassword(
    user: Pick<LocalUser, 'id'>,
    action: 'reset-password' | 'change-password',
    details: Record<string, unknown> = {},
  ): Promise<void> {
    const noTokens = { unlockToken: null, resetPasswordToken: null };
    await this.database.transaction(async () => {
      const erased = { passwordHash: '', hashErasedAt: () => 'now()' };
      await this.update(user.id, { ...erased, lockedAt: null, failedAttempts: 0, ...noTokens });
      await revokeEmailChanges(this.database, user);
      await deleteSignUpData(this.database, user);
      await this.audit.record(user, action, user, details);
    });
  }

  private async update(id: UserId, values: QueryDeepPartialEntity<User>): Promise<void> {
    await this.database.with(User, (users) => users.update({ id }, values));
  }
}
