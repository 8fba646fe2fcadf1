import { Injectable } from '@nestjs/common';
import type { User } from './user.js';

/** What other modules may have to do something about. */
export type UserEvent = 'disabled' | 'signed-out' | 'erased';

type Listener = (user: User) => Promise<void>;

/**
 * Tells the modules above what happened to a person. Events are published inside the transaction that makes them true, and
 * awaited: what a listener writes is part of it.
 */
@Injectable()
export class UserEvents {
  private readonly listeners: Record<UserEvent, Listener[]> = { disabled: [], 'signed-out': [], erased: [] };

  on(event: UserEvent, listener: Listener): void {
    this.listeners[event].push(listener);
  }

  async publish(event: UserEvent, user: User): Promise<void> {
    for (const listener of this.listeners[event]) await listener(user);
  }
}
