import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type KeptSession, UserEvents } from '../users/user-events.js';
import type { LocalUser } from '../users/user.js';
import { type RevocationReason, SessionsRepository } from './persistence/sessions.repository.js';
import { SessionRevocationService } from './session-revocation.service.js';

/** Revokes sessions in the transaction of the event, wherever they began. */
@Injectable()
export class UserEventsListener implements OnModuleInit {
  constructor(
    private readonly events: UserEvents,
    private readonly sessions: SessionsRepository,
    private readonly revocations: SessionRevocationService,
  ) {}

  onModuleInit(): void {
    this.events.on('disabled', (user) => this.revokeAll(user, 'user disabled'));
    this.events.on('signed-out', (user) => this.revokeAll(user, 'ended by an administrator'));
    this.events.on('erased', ({ id }) => this.sessions.clearDevices(id));
    this.events.on('mfa-changed', (user, kept) => this.revokeOthers(user, kept));
  }

  /** The administrator's request also signs the user out at Cognito; if that fails, the revocations are retried. */
  private async revokeAll({ sub }: LocalUser, reason: RevocationReason): Promise<void> {
    if (sub !== null) await this.revocations.revokeAll({ sub, reason });
  }

  private async revokeOthers({ sub }: LocalUser, kept?: KeptSession): Promise<void> {
    if (sub === null) return;
    const revoked = await this.revocations.revokeAll({
      sub,
      reason: 'second factor changed',
      keep: kept?.originJti,
      authTime: kept?.authTime,
      askedAt: kept?.askedAt,
    });
    this.sessions.afterCommit(() => this.revocations.revokeAtCognito(revoked));
  }
}
