import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UserEvents } from '../../users/user-events.js';
import type { User } from '../../users/user.js';
import { type EndReason, SessionsRepository } from '../persistence/sessions.repository.js';
import { Revocations } from '../revocations.js';

/**
 * Ends all sessions of people whom an administrator disables or signs out: in the same transaction, wherever they began.
 * Cognito hears of it from the administrator's own call, and where that fails by the revocations that are owed then.
 */
@Injectable()
export class BarredUsers implements OnModuleInit {
  constructor(
    private readonly events: UserEvents,
    private readonly sessions: SessionsRepository,
    private readonly revocations: Revocations,
  ) {}

  onModuleInit(): void {
    this.events.on('disabled', (user) => this.endAll(user, 'user disabled'));
    this.events.on('signed-out', (user) => this.endAll(user, 'ended by an administrator'));
    this.events.on('erased', ({ id }) => this.sessions.forgetDevices(id));
  }

  private async endAll({ sub }: User, reason: EndReason): Promise<void> {
    if (sub !== null) await this.revocations.revoke({ sub, reason });
  }
}
