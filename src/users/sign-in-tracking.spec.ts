import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { captureLog } from '../../test/support/drivers/output.js';
import { Database } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { UsersRepository } from './users.repository.js';
import { SignInTracking } from './sign-in-tracking.js';

/** A repository whose writes end when the test says so. */
class SlowUsers extends UsersRepository {
  readonly recorded: number[] = [];
  looks = 0;
  finish: () => void = () => undefined;

  constructor(private readonly look: () => Promise<boolean>) {
    super(new Database(new DataSource({ type: 'postgres' })));
  }

  override hasTrackingColumns(): Promise<boolean> {
    this.looks += 1;
    return this.look();
  }

  override async recordSignIn(id: number): Promise<void> {
    await new Promise<void>((resolve) => (this.finish = resolve));
    this.recorded.push(id);
  }
}

describe('SignInTracking', () => {
  it('completes pending writes before shutdown', async () => {
    const users = new SlowUsers(async () => true);
    const tracking = new SignInTracking(users, new Log());
    tracking.record(1, null);
    let isOver = false;
    const shutdown = tracking.onApplicationShutdown().then(() => (isOver = true));
    await setImmediate();
    expect(isOver).toBe(false);
    users.finish();
    await shutdown;
    expect(users.recorded).toEqual([1]);
  });

  it('checks for the columns once, and again only after an error', async () => {
    const answers = [
      async () => {
        throw new Error('the database is unavailable');
      },
      async () => false,
    ];
    const users = new SlowUsers(() => (answers.shift() ?? (async () => true))());
    const tracking = new SignInTracking(users, new Log());
    const log = captureLog();
    for (let signIns = 0; signIns < 4; signIns++) {
      tracking.record(1, null);
      await tracking.onApplicationShutdown();
    }
    const lines = log.lines();
    log.restore();
    expect({ looks: users.looks, recorded: users.recorded }).toEqual({ looks: 2, recorded: [] });
    expect(lines.filter((line) => line.includes('failed to record a sign-in'))).toHaveLength(1);
  });
});
