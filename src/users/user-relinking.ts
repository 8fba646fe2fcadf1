import { normaliseEmail } from '#contracts';
import { isBlankHash } from '#password-hashes';
import type { Database } from '../platform/database/database.js';
import { AuditTrail } from './audit-trail.js';
import { AuditRepository } from './persistence/audit.repository.js';
import { UserRecordsRepository } from './persistence/user-records.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import { revokeAllEmailChanges, revokeEmailChanges } from './revoke-confirmations.js';
import type { User } from './user.js';

export type Reopening = 'reopened' | 'not_linked' | 'no_old_password';

/** An operator's work on the link between a row and its Cognito user. Sign-ins never change a link that is there. */
export class UserRelinking {
  private readonly users: UsersRepository;
  private readonly records: UserRecordsRepository;
  private readonly audit: AuditTrail;

  constructor(private readonly database: Database) {
    this.users = new UsersRepository(database);
    this.records = new UserRecordsRepository(database);
    this.audit = new AuditTrail(new AuditRepository(database));
  }

  /** Nobody who was erased: their link is what keeps them out. */
  async find(email: string): Promise<User | undefined> {
    const account = await this.users.findLegacyAccount(normaliseEmail(email), undefined);
    return account?.erased ? undefined : account?.user;
  }

  ownerOf(sub: string): Promise<User | undefined> {
    return this.users.findBySub(sub);
  }

  /**
   * What was pending with the old link ends with it.
   * @param sub the new link, or `null` to remove it
   */
  relink(id: number, sub: string | null): Promise<void> {
    return this.database.transaction(async () => {
      await this.users.relink(id, sub);
      await revokeEmailChanges(this.database, { id });
    });
  }

  /**
   * Somebody who has moved already may move once more with the old password: their user in the pool is gone, say.
   * @returns `undefined` when there is no such user
   */
  async reopen(email: string): Promise<{ user: User; outcome: Reopening } | undefined> {
    return this.database.transaction(async () => {
      const found = await this.find(email);
      // Nobody erases or changes the row from here on.
      if (found) await this.records.findForChange(found.id);
      const account = await this.users.findLegacyAccount(normaliseEmail(email), undefined);
      if (account === undefined || account.erased) return undefined;
      const { user, passwordHash } = account;
      if (user.sub === null) return { user, outcome: 'not_linked' };
      if (isBlankHash(passwordHash)) return { user, outcome: 'no_old_password' };
      await this.relink(user.id, null);
      await this.audit.record('operator', 'reopen-migration', user);
      return { user, outcome: 'reopened' };
    });
  }

  /** How many links were removed. */
  unlinkAll(): Promise<number> {
    return this.database.transaction(async () => {
      await revokeAllEmailChanges(this.database);
      return this.users.unlinkAll();
    });
  }

  countLinked(): Promise<number> {
    return this.users.countLinked();
  }
}
