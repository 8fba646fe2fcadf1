import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/platform/clock/clock.js';
import { deviseUser } from '../support/devise-users.js';
import { startUsher, type Usher } from '../support/usher.js';

const ada = deviseUser('plain');
const refusalTimeMs = 10_000;

let usher: Usher;
let sleep: jest.SpiedFunction<Clock['sleep']>;
beforeAll(async () => {
  usher = await startUsher({ environment: { REFUSAL_TIME_MS: String(refusalTimeMs) } });
  // Time is not waited for here, only what would be waited is looked at.
  sleep = jest.spyOn(usher.app.get(Clock), 'sleep').mockResolvedValue();
});
afterEach(() => {
  sleep.mockClear();
});
afterAll(() => usher.close());

/** What was still to wait for when the answer was ready: less than the whole, because the work itself took time. */
function expectHeld(): void {
  expect(sleep).toHaveBeenCalledTimes(1);
  const [[milliseconds = 0] = []] = sleep.mock.calls;
  expect(milliseconds).toBeGreaterThan(0);
  expect(milliseconds).toBeLessThan(refusalTimeMs);
}

describe('REFUSAL_TIME_MS', () => {
  it.each([
    ['an unknown user', 'nobody@example.com', 'whatever-1'],
    ['a wrong password', ada.email, ada.wrong_password],
    ['an unconfirmed user', 'carol@example.com', 'unconfirmed-1'],
    ['a locked user', 'dave@example.com', 'locked-out-1'],
  ])('holds the refusal of %s', async (_what, email, password) => {
    expect((await usher.api.signIn(email, password)).status).toBe(401);
    expectHeld();
  });

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'holds the answer about a reset for %s',
    async (email) => {
      expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
      expectHeld();
    },
  );

  it('does not hold a sign-in, nor what has nothing to do with accounts', async () => {
    expect((await usher.api.signIn('bob@example.com', deviseUser('second').password)).status).toBe(200);
    expect((await usher.api.post('/auth/sign-in', { email: 7 })).status).toBe(422);
    expect(sleep).not.toHaveBeenCalled();
  });
});
