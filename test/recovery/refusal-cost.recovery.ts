import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PasswordHasher } from '../../src/credentials/password-hasher.js';
import {
  accountKinds,
  databaseOfAccountKinds,
  prepareAccountKinds,
} from '../support/builders/account-kinds.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { scrape, valueOf } from '../support/drivers/metrics.js';
import { openUsher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';
import { visible } from '../support/drivers/visible-answer.js';

/** On, but too short to delay the tests. */
const environment = { REFUSAL_TIME_MS: '1' };
const erin = deviseUser('lock_expired');

let other: UsherProcess;
const usher = openUsher(async () => ({ database: await databaseOfAccountKinds(false), environment }));
beforeAll(async () => {
  await prepareAccountKinds(usher);
  other = await usher.startProcess();
});

/** Hashes computed so far, by both processes. */
async function hashes(): Promise<number> {
  const counts = [usher.api, other.api].map(async (api) =>
    valueOf(await scrape(api), 'usher_hash_duration_seconds_count'),
  );
  return (await Promise.all(counts)).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

async function costOf(api: ApiClient, email: string, password: string): Promise<number> {
  const before = await hashes();
  expect((await api.signIn(email, password)).status).toBe(401);
  return (await hashes()) - before;
}

describe('a refused sign-in', () => {
  it.each(Object.entries(accountKinds))('costs one hash for %s', async (_kind, { email, password }) => {
    expect(await costOf(usher.api, email, password)).toBe(1);
    expect(await costOf(usher.api, email, 'a wrong password')).toBe(1);
  });

  // The Lambda calls the first process, and the second one answers the sign-in.
  it.each(Object.entries(accountKinds))(
    'costs one hash for %s if /aws/auth is in another process',
    async (_kind, { email }) => {
      await usher.database.sql('DELETE FROM usher.account_failures');
      expect(await costOf(other.api, email, 'another wrong password')).toBe(1);
    },
  );

  describe('during the lock that follows many failures', () => {
    beforeEach(async () => {
      const accounts = Object.values(accountKinds).map(({ email }) =>
        createHash('sha256').update(email).digest(),
      );
      await usher.database.sql('DELETE FROM usher.account_failures');
      await usher.database.sql(
        `INSERT INTO usher.account_failures (account, failures, last_password, last_failure_at, locked_until)
         SELECT unnest($1::bytea[]), 9, ''::bytea, now(), now() + interval '1 hour'`,
        [accounts],
      );
    });

    it.each(Object.entries(accountKinds))('costs one hash for %s', async (_kind, { email }) => {
      expect(await costOf(usher.api, email, 'a third wrong password')).toBe(1);
      expect(await costOf(other.api, email, 'a fifth wrong password')).toBe(1);
    });
  });
});

it('does not compute a hash for a migrated user who signs in', async () => {
  expect((await usher.api.signIn(erin.email, erin.password)).status).toBe(200);
  const before = await hashes();
  expect((await usher.api.signIn(erin.email, erin.password)).status).toBe(200);
  expect(await hashes()).toBe(before);
});

it('returns the same answer for every account if too many hashes are queued', async () => {
  await usher.database.sql('DELETE FROM usher.account_failures');
  const overloaded = jest.spyOn(usher.app.get(PasswordHasher), 'isOverloaded', 'get').mockReturnValue(true);
  const answers = new Set<string>();
  for (const { email } of Object.values(accountKinds))
    answers.add(JSON.stringify(visible(await usher.api.signIn(email, 'a fourth wrong password'))));
  overloaded.mockRestore();
  expect([...answers]).toEqual([expect.stringContaining('"code":"cognito.unavailable"')]);
});
