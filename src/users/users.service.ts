import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { AuditTrail } from './audit-trail.js';
import { normaliseEmail } from './email.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { LegacyAccount, User } from './user.js';

/** What other modules may ask and tell about a person's row. */
@Injectable()
export class UsersService implements OnApplicationBootstrap {
  private readonly unlockInSeconds: number | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly audit: AuditTrail,
    private readonly log: Log,
    config: Config,
  ) {
    this.unlockInSeconds = config.migration.unlockInSeconds;
  }

  /** Not awaited: counting takes a while on a large table, and nothing depends on it. */
  onApplicationBootstrap(): void {
    void this.reportCollisions();
  }

  findBySub(sub: string): Promise<User | undefined> {
    return this.users.findBySub(sub);
  }

  findByEmail(email: string): Promise<User | undefined> {
    return this.users.findByEmail(normaliseEmail(email));
  }

  findLegacyAccount(email: string): Promise<LegacyAccount | undefined> {
    return this.users.findLegacyAccount(email.trim(), this.unlockInSeconds);
  }

  /** `/aws/auth` said yes: Cognito will create this user within seconds. */
  recordAgreement(id: number): Promise<void> {
    return this.users.recordAgreement(id);
  }

  /** Cognito holds a new password now: the old hash goes, whatever `LEGACY_HASH` says. */
  async recordNewPassword(
    user: User,
    how: 'reset-password' | 'change-password',
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.users.recordPasswordReset(user.id);
    await this.audit.record(user, how, user, details);
  }

  private async reportCollisions(): Promise<void> {
    try {
      const count = await this.users.countCollisions();
      if (count > 0)
        this.log.warn('addresses collide by case: only an exact spelling finds these users', { count });
    } catch (error) {
      this.log.warn('addresses that collide by case were not counted', { error });
    }
  }
}
