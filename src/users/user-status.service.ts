import { Injectable } from '@nestjs/common';
import { Database } from '../common/database/database.js';
import { revokeConfirmations, revokeEmailChanges } from './revoke-confirmations.js';
import { UserEvents } from './user-events.js';
import { UsersRepository } from './users.repository.js';
import type { LocalUser } from './user.js';

/** Changes of a locked row, in the current transaction. The caller writes the audit entry and changes the pool user. */
@Injectable()
export class UserStatusService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly events: UserEvents,
  ) {}

  /** Refuses the user from now on, voids mailed links and revokes all sessions. */
  async disable(user: LocalUser): Promise<void> {
    await this.users.disable(user.id);
    await revokeConfirmations(this.database, user);
    await this.events.publish('disabled', user);
  }

  /** Links that were mailed before stay void. */
  async enable(user: LocalUser): Promise<void> {
    await this.users.enable(user.id);
    await revokeConfirmations(this.database, user);
  }

  async revokeSessions(user: LocalUser): Promise<void> {
    await revokeEmailChanges(this.database, user);
    await this.events.publish('signed-out', user);
  }
}
