import { Injectable } from '@nestjs/common';
import type { LocalUser } from './user.js';

export type UserEvent = 'disabled' | 'signed-out' | 'erased' | 'mfa-changed';

/** The session that made the change, and that is not revoked. */
export interface KeptSession {
  originJti: string | undefined;
  /** `auth_time` (seconds since 1970). */
  authTime: number | undefined;
  /** Time of the request, by PostgreSQL's clock. */
  askedAt: Date | undefined;
}

type Listener = (user: LocalUser, kept?: KeptSession) => Promise<void>;

/** Events for the modules above. Published and awaited in the transaction of the change, so listeners write in it too. */
@Injectable()
export class UserEvents {
  private readonly listeners: Record<UserEvent, Listener[]> = {
    disabled: [],
    'signed-out': [],
    erased: [],
    'mfa-changed': [],
  };

  on(event: UserEvent, listener: Listener): void {
    this.listeners[event].push(listener);
  }

  async publish(event: UserEvent, user: LocalUser, kept?: KeptSession): Promise<void> {
    for (const listener of this.listeners[event]) await listener(user, kept);
  }
}
