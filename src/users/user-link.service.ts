import type { UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { isBlankHash } from '#password-hashes';
import { Database } from '../common/database/database.js';
import { AuditLog } from './audit-log.js';
import { UserLinksRepository } from './user-links.repository.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { revokeAllEmailChanges } from './revoke-confirmations.js';
import type { LocalUser } from './user.js';

export type Reopening = 'reopened' | 'not_linked' | 'no_old_password';

/** Operator commands for the link between a row and its pool user. Sign-ins never replace a link. */
@Injectable()
export class UserLinkService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly rows: UsersRepository,
    private readonly links: UserLinksRepository,
    private readonly audit: AuditLog,
  ) {}

  /** @returns `undefined` for a deleted user, whose link must stay so that the user is refused */
  async find(email: string): Promise<LocalUser | undefined> {
    const account = await this.users.findAccountState(email);
    return account?.erased ? undefined : account?.user;
  }

  ownerOf(sub: string): Promise<LocalUser | undefined> {
    return this.users.findBySub(sub);
  }

  /**
   * @param sub the new link, or `null` to remove it
   * @returns the former link; `undefined` when the user was deleted in the meantime
   */
  relink(id: UserId, sub: string | null): Promise<{ before: string | null } | undefined> {
    return this.database.transaction(async () => {
      const relinked = await this.links.relink(id, sub);
      if (relinked) await this.audit.record('operator', 'relink', { id }, { ...relinked, after: sub });
      return relinked;
    });
  }

  /**
   * Lets a migrated user migrate again with the legacy password, for example after a deletion of the pool user.
   * @returns `undefined` when no user has the address
   */
  async reopen(email: string): Promise<{ user: LocalUser; outcome: Reopening } | undefined> {
    return this.database.transaction(async () => {
      const found = await this.find(email);
      // Locks the row, so that it is neither changed nor deleted from here on.
      if (found) await this.rows.lock(found.id);
      const account = await this.users.findLegacyAccount(email);
      if (account === undefined || account.erased) return undefined;
      const { user, passwordHash, hashInSource } = account;
      if (user.sub === null) return { user, outcome: 'not_linked' };
      if (isBlankHash(passwordHash) && !hashInSource) return { user, outcome: 'no_old_password' };
      await this.links.relink(user.id, null);
      await this.audit.record('operator', 'reopen-migration', user);
      return { user, outcome: 'reopened' };
    });
  }

  /** Writes one audit entry per link. @returns how many links were removed */
  unlinkAll(): Promise<number> {
    return this.database.transaction(async () => {
      await revokeAllEmailChanges(this.database);
      return this.links.unlinkAll();
    });
  }

  countLinked(): Promise<number> {
    return this.links.countLinked();
  }
}
