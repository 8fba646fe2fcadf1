import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Unawaited } from '../platform/background/unawaited.js';
import { Log } from '../platform/logging/log.js';
import { UsersRepository } from './persistence/users.repository.js';

/**
 * What Devise's trackable writes: how often somebody signed in, when and from where, this time and the time before.
 * Nobody waits for it, and a sign-in does not fail with it.
 */
@Injectable()
export class SignInTracking implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly unawaited = new Unawaited();
  private isTracked: Promise<boolean> | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly log: Log,
  ) {}

  /** Looks for the columns at the start, so that an operator hears of it then; not awaited, nothing depends on it. */
  onApplicationBootstrap(): void {
    this.perform(async () => {
      if (!(await this.hasColumns()))
        this.log.info('sign-ins are not counted: the users table lacks the columns of trackable');
    });
  }

  /** The sign-in of the person with our `id`, now. @param address the caller's IP address, where it is known */
  record(id: number, address: string | null): void {
    this.perform(async () => {
      if (await this.hasColumns()) await this.users.recordSignIn(id, address);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.unawaited.settled();
  }

  private perform(work: () => Promise<void>): void {
    this.unawaited.begin(work, (error) => this.log.warn('a sign-in was not counted', { error }));
  }

  /** Asked once; again when that failed. */
  private hasColumns(): Promise<boolean> {
    this.isTracked ??= this.users.hasTrackingColumns().catch((error: unknown) => {
      this.isTracked = undefined;
      throw error;
    });
    return this.isTracked;
  }
}
