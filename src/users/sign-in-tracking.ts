import type { UserId } from '#contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { Database } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { User } from './user.entity.js';

/**
 * Writes the columns of Devise's trackable in the background: count, time and IP address of the current and the previous sign-in.
 * Errors are logged and fail no sign-in.
 */
@Injectable()
export class SignInTracking implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly writes = new FireAndForget();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.isTracked())
      this.log.info('sign-in tracking is off: the users table lacks the columns of Devise trackable');
  }

  /** Like Devise's `update_tracked_fields`: the first sign-in sets both pairs of columns. @param address the caller's IP address, if known */
  record(id: UserId, address: string | null): void {
    if (!this.isTracked()) return;
    const values = {
      lastSignInAt: () => 'coalesce(current_sign_in_at, now())',
      currentSignInAt: () => 'now()',
      lastSignInAddress: () => 'coalesce(current_sign_in_ip, :address)',
      currentSignInAddress: () => ':address',
      signInCount: () => 'coalesce(sign_in_count, 0) + 1',
    };
    const update = async () => {
      await this.database.with(User, (users) =>
        users.createQueryBuilder().update().set(values).where({ id }).setParameters({ address }).execute(),
      );
    };
    this.writes.begin(update, (error) => this.log.warn('failed to record a sign-in', { error }));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writes.settled();
  }

  private isTracked(): boolean {
    const columns = [
      'signInCount',
      'currentSignInAt',
      'lastSignInAt',
      'currentSignInAddress',
      'lastSignInAddress',
    ];
    return this.database.hasColumns(User, columns);
  }
}
