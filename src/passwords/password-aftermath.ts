import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { isAppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { Outbox } from '../platform/mail/outbox.js';
import type { Language } from '../platform/texts/languages.js';
import { SignOutService } from '../sessions/sign-out.service.js';
import { UsersService } from '../users/users.service.js';
import type { User } from '../users/user.js';

/** What follows when Cognito holds a new password: the old hash goes, other sessions end, the owner is told. */
@Injectable()
export class PasswordAftermath {
  constructor(
    private readonly users: UsersService,
    private readonly signOuts: SignOutService,
    private readonly directory: UserDirectory,
    private readonly outbox: Outbox,
  ) {}

  async ofReset(user: User, language: Language): Promise<void> {
    await this.record(user, 'reset-password', language);
    if (user.sub === null) return;
    await this.signOuts.endAll(user.sub, 'password changed');
    await this.signOutElsewhere(user.sub);
  }

  /** The caller's own session goes on. */
  async ofChange(user: User, { sub, originJti }: Principal, language: Language): Promise<void> {
    await this.record(user, 'change-password', language);
    await this.signOuts.endAll(sub, 'password changed', originJti);
  }

  private async record(
    user: User,
    how: 'reset-password' | 'change-password',
    language: Language,
  ): Promise<void> {
    await this.users.recordNewPassword(user, how);
    await this.outbox.post({ to: user.email, mail: 'password_changed', language, values: {} });
  }

  /** Sessions that other products began. Their refresh tokens are not ours to revoke one by one. */
  private async signOutElsewhere(sub: string): Promise<void> {
    try {
      await this.directory.signOutEverywhere(sub);
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing', 'request.not_found')) throw error;
    }
  }
}
