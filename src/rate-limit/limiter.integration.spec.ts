import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../test/support/drivers/database.js';
import { Limiter } from './limiter.js';

let database: TestDatabase;
let dataSource: DataSource;
beforeEach(async () => {
  database = await createDatabase();
  dataSource = await database.migrate();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await database.drop();
});

/** The outcome of each attempt: `counted`, or `retryAfter`. */
async function outcomes(limiter: Limiter, attempts: number): Promise<(string | number)[]> {
  const seen: (string | number)[] = [];
  for (let n = 0; n < attempts; n += 1) {
    seen.push(
      await limiter.count('account').then(
        () => 'counted',
        (error: { retryAfter: number }) => error.retryAfter,
      ),
    );
  }
  return seen;
}

describe('Limiter', () => {
  it('refuses attempts above the limit with retryAfter', async () => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const limiter = new Limiter(dataSource, 'test', { scope: 'account', attempts: 2, seconds: 90 });
    expect(await outcomes(limiter, 3)).toEqual(['counted', 'counted', 90]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 88_500);
    expect(await outcomes(limiter, 1)).toEqual([2]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 90_000);
    expect(await outcomes(limiter, 3)).toEqual(['counted', 'counted', 90]);
  });

  it('takes an attempt back, but not from the next period', async () => {
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now);
    const limiter = new Limiter(dataSource, 'test', { scope: 'account', attempts: 2, seconds: 60 });
    const first = await limiter.count('account');
    const late = await limiter.count('account');
    await first.forget();
    expect(await outcomes(limiter, 2)).toEqual(['counted', 60]);
    jest.spyOn(Date, 'now').mockReturnValue(now + 60_000);
    await late.forget();
    expect(await outcomes(limiter, 3)).toEqual(['counted', 'counted', 60]);
  });

  it('takes an attempt that was counted during an outage of the database back from this process only', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    const limiter = new Limiter(dataSource, 'test', { scope: 'account', attempts: 2, seconds: 60 });
    await database.sql('ALTER TABLE usher.rate_limits RENAME TO away');
    const counted = await limiter.count('account');
    await database.sql('ALTER TABLE usher.away RENAME TO rate_limits');
    await counted.forget();
    expect(await outcomes(limiter, 3)).toEqual(['counted', 'counted', 60]);
  });
});
