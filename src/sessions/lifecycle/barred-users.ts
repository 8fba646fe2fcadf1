import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { type UserEvent, UserEvents } from '../../users/user-events.js';
import type { User } from '../../users/user.js';
import { EndedSessions } from '../ended-sessions.js';
import { type EndReason, SessionsRepository } from '../persistence/sessions.repository.js';

const reasons: Partial<Record<UserEvent, EndReason>> = {
  disabled: 'user disabled',
  'signed-out': 'ended by an administrator',
};

/**
 * Ends all sessions of people whom an administrator disables or signs out: in the same transaction, wherever they began.
 * Cognito hears of it from the administrator's own call, and where that fails by the revocations that are owed then.
 */
@Injectable()
export class BarredUsers implements OnModuleInit {
  constructor(
    private readonly events: UserEvents,
    private readonly sessions: SessionsRepository,
    private readonly ended: EndedSessions,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    for (const event of ['disabled', 'signed-out'] as const)
      this.events.on(event, (user) => this.endAll(user, reasons[event] ?? 'user disabled'));
    this.events.on('erased', ({ id }) => this.sessions.forgetDevices(id));
  }

  private async endAll({ sub }: User, reason: EndReason): Promise<void> {
    if (sub === null) return;
    const at = await this.sessions.recordSignOut(sub);
    const ended = await this.sessions.endOthers(sub, reason, undefined);
    this.database.afterCommit(() => {
      this.ended.addSignOut(sub, at);
      for (const { originJti } of ended) this.ended.add(originJti);
    });
  }
}
