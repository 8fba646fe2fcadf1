import { normaliseEmail } from '#contracts';
import { Inject, Injectable } from '@nestjs/common';
import { type MigrationConfig, migrationConfig } from '../common/config/migration.config.js';
import { AuditLog } from './audit-log.js';
import { UsersRepository } from './users.repository.js';
import type { AccountState, LegacyAccount, User } from './user.js';

/** The interface of the `users` table for other modules. */
@Injectable()
export class UsersService {
  private readonly unlockInSeconds: number | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly audit: AuditLog,
    @Inject(migrationConfig.KEY) config: MigrationConfig,
  ) {
    this.unlockInSeconds = config.unlockInSeconds;
  }

  findBySub(sub: string): Promise<User | undefined> {
    return this.users.findBySub(sub);
  }

  findByEmail(email: string): Promise<User | undefined> {
    return this.users.findByEmail(normaliseEmail(email));
  }

  /** @returns whether any row has the address, including rows that `findByEmail` does not return */
  hasRows(email: string): Promise<boolean> {
    return this.users.hasRows(email);
  }

  /** Whether the user of an address may sign in, for code that checks no password. */
  findAccountState(email: string): Promise<AccountState | undefined> {
    return this.users.findAccountState(email.trim(), this.unlockInSeconds);
  }

  /** With the legacy hash, to check or replace a legacy password. */
  findLegacyAccount(email: string): Promise<LegacyAccount | undefined> {
    return this.users.findLegacyAccount(email.trim(), this.unlockInSeconds);
  }

  /**
   * Records that `/aws/auth` approves a migration. Cognito creates the user within seconds.
   * @returns `false` when the row has changed since its hash was checked
   */
  markApproved(account: LegacyAccount): Promise<boolean> {
    return this.users.markApproved(account);
  }

  /**
   * To be called after a reset has proved the mailbox: approvals of blocked or deleted rows of the address no longer prevent
   * a link of its only live row.
   */
  recordMailboxProof(email: string, sub: string | null): Promise<void> {
    return this.users.recordMailboxProof(email, sub);
  }

  /** To be called when Cognito has a new password. Removes the legacy hash, independent of `LEGACY_HASH`. */
  async recordNewPassword(
    user: User,
    how: 'reset-password' | 'change-password',
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.users.transaction(async () => {
      await this.users.recordPasswordReset(user.id);
      await this.audit.record(user, how, user, details);
    });
  }
}
