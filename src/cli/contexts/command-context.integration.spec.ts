import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { openDatabase } from '../../../test/support/drivers/database.js';
import { until } from '../../../test/support/drivers/until.js';
import { Database } from '../../common/database/database.js';
import { inContextOf } from './command-context.js';

let closed = 0;

@Injectable()
class Service implements OnApplicationShutdown {
  constructor(readonly database: Database) {}

  onApplicationShutdown(): void {
    closed += 1;
  }
}

@Module({ providers: [Service] })
class Feature {}

const database = openDatabase();
beforeEach(() => void (closed = 0));

const io = {
  out: () => undefined,
  err: () => undefined,
  variables: () => ({ DATABASE_URL: database.url }),
};
const withService = inContextOf(Feature, Service);

const findSleeping = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`;
const countConnections = async () =>
  (
    await database.sql(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'usher' AND datname = current_database()`,
    )
  ).length;

describe('the application context of a command', () => {
  it('is closed after the command', async () => {
    expect(await withService(io, async () => closed)).toBe(0);
    expect(closed).toBe(1);
    expect(process.listenerCount('SIGINT')).toBe(0);
    await until(async () => (await countConnections()) === 0);
  });

  it('is closed after an error', async () => {
    const error = new Error('of the command');
    await expect(withService(io, () => Promise.reject(error))).rejects.toBe(error);
    expect(closed).toBe(1);
  });

  it('is closed before a signal ends the process', async () => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    await withService(io, async () => {
      process.emit('SIGTERM', 'SIGTERM');
      await until(() => kill.mock.calls.length > 0);
      expect({ closed, calls: kill.mock.calls }).toEqual({ closed: 1, calls: [[process.pid, 'SIGTERM']] });
    });
    kill.mockRestore();
  });

  it('does not wait for a long statement when a signal ends the process', async () => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    const seconds = 4;
    await withService(io, async (service) => {
      const startedAt = performance.now();
      const working = service.database.query({ name: 'sleep', text: 'SELECT pg_sleep($1)' }, [seconds]);
      await until(async () => (await database.sql(findSleeping)).length > 0);
      process.emit('SIGINT', 'SIGINT');
      await until(() => kill.mock.calls.length > 0);
      expect(performance.now() - startedAt).toBeLessThan(seconds * 1000);
      await working;
    });
    kill.mockRestore();
  });
});
