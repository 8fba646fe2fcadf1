import { normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { AuditTrail } from './audit-trail.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { LegacyAccount, User } from './user.js';

/** What other modules may ask and tell about a person's row. */
@Injectable()
export class UsersService {
  private readonly unlockInSeconds: number | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly audit: AuditTrail,
    config: Config,
  ) {
    this.unlockInSeconds = config.migration.unlockInSeconds;
  }

  findBySub(sub: string): Promise<User | undefined> {
    return this.users.findBySub(sub);
  }

  findByEmail(email: string): Promise<User | undefined> {
    return this.users.findByEmail(normaliseEmail(email));
  }

  /** Whether any row has the address, also one that `findByEmail` does not find. */
  hasRows(email: string): Promise<boolean> {
    return this.users.hasRows(email);
  }

  findLegacyAccount(email: string): Promise<LegacyAccount | undefined> {
    return this.users.findLegacyAccount(email.trim(), this.unlockInSeconds);
  }

  /**
   * `/aws/auth` says yes: Cognito will create this user within seconds.
   * @returns whether the row is still as it was when its hash was checked
   */
  recordAgreement(account: LegacyAccount): Promise<boolean> {
    return this.users.recordAgreement(account);
  }

  /**
   * A reset has proved who reads the mailbox: what blocked or deleted rows of the address agreed to no longer keeps its one
   * live row from being linked.
   */
  recordMailboxProof(email: string, sub: string | null): Promise<void> {
    return this.users.recordMailboxProof(email, sub);
  }

  /** Cognito holds a new password now: the old hash goes, whatever `LEGACY_HASH` says. */
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
