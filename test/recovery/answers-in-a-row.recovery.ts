import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  accountKinds,
  databaseOfAccountKinds,
  migrate,
  prepareAccountKinds,
} from '../support/builders/account-kinds.js';
import { withoutCredentials } from '../support/builders/addresses.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { createPoolUser, invite } from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';
import { visible } from '../support/drivers/visible-answer.js';

const people = {
  ...Object.fromEntries(Object.entries(accountKinds).map(([kind, { email }]) => [kind, email])),
  'an invited user': 'invited@example.com',
  'a user disabled in the pool': 'disabled-in-pool@example.com',
  'a user whose password an administrator reset': 'reset-by-admin@example.com',
  'a user without a password': deviseUser('no_password').email,
  'a migrated user with an international domain': 'jürgen@exämple.de',
  'an unknown user with an international domain': 'niemand@exämple.de',
};

let bare: ApiClient;
const usher = openUsher(async () => ({
  database: await databaseOfAccountKinds(false),
  // Callers set their address. REFUSAL_TIME_MS is on, but too short to delay the tests.
  environment: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1', REFUSAL_TIME_MS: '1' },
}));
beforeAll(async () => {
  await prepareAccountKinds(usher);
  await invite(usher, people['an invited user']);
  const inPool = async (email: string) => {
    await createPoolUser(usher, email);
    return { UserPoolId: usher.userPoolId, Username: email };
  };
  const disabled = await inPool(people['a user disabled in the pool']);
  await usher.cognito.adminDisableUser(disabled);
  const reset = await inPool(people['a user whose password an administrator reset']);
  await usher.cognito.adminResetUserPassword(reset);
  await migrate(usher, deviseUser('idn_email'));
  bare = await withoutCredentials(usher);
});
/** Resets the limits of Usher and of the pool. */
async function resetLimits(): Promise<void> {
  await usher.database.sql('DELETE FROM usher.rate_limits');
  await usher.database.sql('DELETE FROM usher.account_failures');
  usher.clock.advanceBy(61 * 60_000);
}

let callers = 0;
let guesses = 0;

/** The seconds of Retry-After may differ by one. */
const withoutNumbers = (seen: unknown) => JSON.stringify(seen).replace(/\d+(?=[",}])|\d+ s/g, '#');

/** The responses to these requests with one address, sent one after another. */
async function seenBy(api: ApiClient, email: string, steps: string[]): Promise<string[]> {
  const headers = { 'x-forwarded-for': `198.18.${(callers += 1)}.1` };
  const password = 'Chosen-by-a-guesser-1';
  const twice = { password, passwordConfirmation: password };
  let cookie = '';
  const requests: Record<string, () => ReturnType<ApiClient['post']>> = {
    'sign-in': () => api.post('/auth/sign-in', { email, password: `guess-${(guesses += 1)}` }, headers),
    forgot: () => api.post('/passwords/forgot', { email }, headers),
    reset: () => api.post('/passwords/reset', { email, code: '000000', ...twice }, headers),
    'reset with cookie': () =>
      api.post('/passwords/reset', { code: '000000', ...twice }, { ...headers, cookie }),
    'sign-up': () => api.post('/users', { email, ...twice }, headers),
    resend: () => api.post('/users/confirmation', { email }, headers),
  };
  const seen: string[] = [];
  for (const step of steps) {
    const answer = await requests[step]?.();
    if (answer === undefined) throw new TypeError(step);
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    seen.push(`${step}: ${withoutNumbers(visible(answer))}`);
  }
  return seen;
}

const times = (count: number, step: string) => Array<string>(count).fill(step);

describe.each([
  ['sign-ins', [...times(7, 'sign-in'), 'forgot', 'reset', 'sign-in']],
  ['resets', [...times(6, 'forgot'), ...times(11, 'reset with cookie'), ...times(11, 'reset'), 'sign-in']],
  ['resets without a request', [...times(11, 'reset'), 'forgot', 'reset with cookie']],
  ['sign-ups', [...times(3, 'sign-up'), 'sign-in', 'forgot', 'reset', ...times(3, 'resend'), 'sign-in']],
])('%s', (_what, steps) => {
  describe.each([
    ['with AWS credentials', () => usher.api],
    ['without AWS credentials', () => bare],
  ])('%s', (_how, api) => {
    const [first = '', ...others] = Object.values(people);
    let expected: string[];
    beforeAll(async () => {
      await resetLimits();
      expected = await seenBy(api(), first, steps);
    });

    it.each(others)('are answered for %s as for the first account', async (email) => {
      expect(await seenBy(api(), email, steps)).toEqual(expected);
    });
  });
});
