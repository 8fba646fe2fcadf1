import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../test/support/database.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import { openMigratedDataSource } from '../database/migrate.js';
import { Counter } from './counter.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await createDatabase();
  dataSource = await openMigratedDataSource(dataSourceOptions(database.url));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await dataSource.destroy();
  await database.drop();
});

/** What becomes of so many tries. */
async function outcomes(counter: Counter, tries: number): Promise<(string | number)[]> {
  const seen: (string | number)[] = [];
  for (let n = 0; n < tries; n += 1) {
    seen.push(
      await counter.count('somebody').then(
        () => 'counted',
        (error: { retryAfter: number }) => error.retryAfter,
      ),
    );
  }
  return seen;
}

describe('Counter', () => {
  it('refuses what is too much, and says for how long', async () => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const counter = new Counter(dataSource, 'test', { scope: 'account', tries: 2, seconds: 90 });
    expect(await outcomes(counter, 3)).toEqual(['counted', 'counted', 90]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 88_500);
    expect(await outcomes(counter, 1)).toEqual([2]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 90_000);
    expect(await outcomes(counter, 3)).toEqual(['counted', 'counted', 90]);
  });

  it('forgets a try that ended well, but not into the next period', async () => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const counter = new Counter(dataSource, 'test', { scope: 'account', tries: 2, seconds: 60 });
    const first = await counter.count('somebody');
    const late = await counter.count('somebody');
    await first.forget();
    expect(await outcomes(counter, 2)).toEqual(['counted', 60]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 60_000);
    await late.forget();
    expect(await outcomes(counter, 3)).toEqual(['counted', 'counted', 60]);
  });
});
