import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { Log } from '../common/logging/log.js';
import { UsersRepository } from './users.repository.js';

/**
 * Writes the columns of Devise's trackable in the background: count, time and IP address of the current and the previous sign-in.
 * Errors are logged and fail no sign-in.
 */
@Injectable()
export class SignInTracking implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly writes = new FireAndForget();
  private readonly isTracked = new SingleFlight<boolean>(Infinity);

  constructor(
    private readonly users: UsersRepository,
    private readonly log: Log,
  ) {}

  /** Checks for the columns at the start, in the background, so that the log says whether tracking is on. */
  onApplicationBootstrap(): void {
    this.perform(async () => {
      if (!(await this.hasColumns()))
        this.log.info('sign-in tracking is off: the users table lacks the columns of Devise trackable');
    });
  }

  /** @param address the caller's IP address, if known */
  record(id: number, address: string | null): void {
    this.perform(async () => {
      if (await this.hasColumns()) await this.users.recordSignIn(id, address);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writes.settled();
  }

  private perform(work: () => Promise<void>): void {
    this.writes.begin(work, (error) => this.log.warn('failed to record a sign-in', { error }));
  }

  /** Cached; an error is not. */
  private hasColumns(): Promise<boolean> {
    return this.isTracked.run(() => this.users.hasTrackingColumns());
  }
}
