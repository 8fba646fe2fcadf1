import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import { Outbox } from '../platform/mail/outbox.js';
import type { Language } from '../platform/texts/languages.js';
import { Revocations } from '../sessions/revocations.js';
import { UsersService } from '../users/users.service.js';

/** A person with a temporary password has chosen a new one during a sign-in: what follows is as with a change. */
@Injectable()
export class ChallengePasswordHandler {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly revocations: Revocations,
    private readonly outbox: Outbox,
  ) {}

  /** @param username Cognito's, which is the `sub` where addresses are user names */
  async handle(username: string, language: Language): Promise<void> {
    const user = await this.users.findBySub(username);
    if (user === undefined) return;
    const sessions = await this.database.transaction(async () => {
      await this.users.recordNewPassword(user, 'change-password');
      await this.outbox.post({ to: user.email, mail: 'password_changed', language, values: {} });
      return this.revocations.revoke({ sub: username, reason: 'password changed' });
    });
    await this.revocations.revokeAtCognito(sessions);
  }
}
