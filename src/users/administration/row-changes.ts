import { Injectable } from '@nestjs/common';
import { ConfirmationsRepository } from '../persistence/confirmations.repository.js';
import { ErasuresRepository } from '../persistence/erasures.repository.js';
import { UserRecordsRepository } from '../persistence/user-records.repository.js';
import { UserEvents } from '../user-events.js';
import type { User } from '../user.js';

/** What is written about a person, and who else hears of it. Part of the transaction under way. */
@Injectable()
export class RowChanges {
  constructor(
    private readonly records: UserRecordsRepository,
    private readonly erasures: ErasuresRepository,
    private readonly confirmations: ConfirmationsRepository,
    private readonly events: UserEvents,
  ) {}

  async setRoles(id: number, roles: string[]): Promise<void> {
    await this.records.setRoles(id, roles);
  }

  /** For somebody who was disabled before nothing changes, but sessions end again. */
  async disable(user: User): Promise<void> {
    await this.records.disable(user.id);
    await this.confirmations.revokeAll(user.id);
    await this.events.publish('disabled', user);
  }

  async enable({ id }: User): Promise<void> {
    await this.records.enable(id);
    await this.confirmations.revokeAll(id);
  }

  async endSessions(user: User): Promise<void> {
    await this.confirmations.revokeEmailChanges(user.id);
    await this.events.publish('signed-out', user);
  }

  async erase(user: User): Promise<void> {
    await this.erasures.request(user.id);
    await this.confirmations.revokeAll(user.id);
    await this.events.publish('disabled', user);
    await this.events.publish('erased', user);
  }
}
