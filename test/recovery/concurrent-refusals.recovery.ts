import { beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { PasswordHasher } from '../../src/credentials/password-hasher.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';
import type { UsherProcess } from '../support/drivers/usher-process.js';

const migrated = deviseUser('second').email;
const legacy = deviseUser('plain').email;

let other: UsherProcess;
const usher = openUsher({ environment: { RATE_LIMITS: 'on', REFUSAL_TIME_MS: '1' } });
beforeAll(async () => {
  expect((await usher.api.signIn(migrated, deviseUser('second').password)).status).toBe(200);
  other = await usher.startProcess();
});
beforeEach(() => usher.database.sql('DELETE FROM usher.rate_limits'));

const accounts = [
  ['a migrated user', migrated],
  ['a legacy user', legacy],
  ['an unknown user', 'nobody@example.com'],
] as const;

it.each(accounts)(
  'checks five of fourteen concurrent sign-ins at two processes for %s',
  async (_kind, email) => {
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, n) => (n % 2 ? usher : other).api.signIn(email, `wrong-guess-${n}`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(9).fill(429)]);
  },
);

// Otherwise an attacker who fills the queue could guess without a limit: Cognito still checks passwords of migrated users.
it.each(accounts)('counts wrong passwords while too many hashes are queued, for %s', async (_kind, email) => {
  const overloaded = jest.spyOn(usher.app.get(PasswordHasher), 'isOverloaded', 'get').mockReturnValue(true);
  const statuses: number[] = [];
  for (let n = 0; n < 6; n += 1) statuses.push((await usher.api.signIn(email, `overloaded-${n}`)).status);
  overloaded.mockRestore();
  expect(statuses).toEqual([...Array<number>(5).fill(503), 429]);
});
