import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../common/database/database.js';
import { UserEvents } from '../users/user-events.js';
import type { LocalUser } from '../users/user.js';
import { recordSignOut, revokeOthers } from './persistence/sessions.sql.js';

/** In commands, instead of `UserEventsListener`: running processes read the revocations within 2 seconds. */
@Injectable()
export class DisabledUserListener implements OnModuleInit {
  constructor(
    private readonly events: UserEvents,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.events.on('disabled', (user) => this.revokeAll(user));
  }

  private async revokeAll({ sub }: LocalUser): Promise<void> {
    if (sub === null) return;
    await this.database.query(recordSignOut, [sub, null, null, null, 0, null]);
    await this.database.query(revokeOthers, [sub, [], 'user disabled', 0]);
  }
}
