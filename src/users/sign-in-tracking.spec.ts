import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { captureLog } from '../../test/support/drivers/output.js';
import { Database } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { SignInTracking } from './sign-in-tracking.js';

/** A database whose writes end when the test says so. */
class SlowDatabase extends Database {
  writes = 0;
  finish: (error?: Error) => void = () => undefined;

  constructor(private readonly isTracked: boolean) {
    super(new DataSource({ type: 'postgres' }));
  }

  override hasColumns(): boolean {
    return this.isTracked;
  }

  override async with(): Promise<never> {
    const error = await new Promise<Error | undefined>((resolve) => (this.finish = resolve));
    if (error) throw error;
    this.writes += 1;
    return undefined as never;
  }
}

describe('SignInTracking', () => {
  it('completes pending writes before shutdown', async () => {
    const database = new SlowDatabase(true);
    const tracking = new SignInTracking(database, new Log());
    tracking.record(1, null);
    let isOver = false;
    const shutdown = tracking.onApplicationShutdown().then(() => (isOver = true));
    await setImmediate();
    expect(isOver).toBe(false);
    database.finish();
    await shutdown;
    expect(database.writes).toBe(1);
  });

  it('writes nothing to a table without the columns, and says so once', async () => {
    const database = new SlowDatabase(false);
    const log = captureLog();
    const tracking = new SignInTracking(database, new Log());
    tracking.onApplicationBootstrap();
    tracking.record(1, null);
    await tracking.onApplicationShutdown();
    const lines = log.lines();
    log.restore();
    expect(database.writes).toBe(0);
    expect(lines.filter((line) => line.includes('sign-in tracking is off'))).toHaveLength(1);
  });

  it('logs an error of a write', async () => {
    const database = new SlowDatabase(true);
    const log = captureLog();
    const tracking = new SignInTracking(database, new Log());
    tracking.record(1, null);
    await setImmediate();
    database.finish(new Error('the database is unavailable'));
    await tracking.onApplicationShutdown();
    const lines = log.lines();
    log.restore();
    expect(lines.filter((line) => line.includes('failed to record a sign-in'))).toHaveLength(1);
  });
});
