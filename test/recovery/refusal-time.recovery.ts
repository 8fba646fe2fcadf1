import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/common/clock/clock.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');
const refusalTimeMs = 10_000;

let sleep: jest.SpiedFunction<Clock['sleep']>;
const usher = openUsher({ environment: { REFUSAL_TIME_MS: String(refusalTimeMs) } });
beforeAll(async () => {
  // Delays are recorded instead of waited for.
  sleep = jest.spyOn(usher.app.get(Clock), 'sleep').mockResolvedValue();
});
afterEach(() => {
  sleep.mockClear();
});

/** The recorded delay is below REFUSAL_TIME_MS, because the work itself took time. */
function expectDelayed(): void {
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
  ])('delays the refusal of %s', async (_what, email, password) => {
    expect((await usher.api.signIn(email, password)).status).toBe(401);
    expectDelayed();
  });

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'delays the answer to a reset request for %s',
    async (email) => {
      expect((await usher.api.post('/passwords/forgot', { email })).status).toBe(202);
      expectDelayed();
    },
  );

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'delays the answer to a sign-up for %s',
    async (email) => {
      const password = 'Chosen-by-somebody-1';
      const body = { email, password, passwordConfirmation: password };
      expect((await usher.api.post('/users', body)).status).toBe(202);
      expectDelayed();
    },
  );

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'delays the refusal of a wrong reset code for %s',
    async (email) => {
      const password = 'chosen-by-the-owner-1';
      const body = { email, code: '123456', password, passwordConfirmation: password };
      expect((await usher.api.post('/passwords/reset', body)).status).toBe(422);
      expectDelayed();
    },
  );

  // Otherwise the caller could choose when a multiple ends during the work, and so measure it.
  it.each([
    ['/auth/sign-in', { password: 'whatever-1' }],
    ['/passwords/forgot', {}],
    ['/passwords/reset', { code: '123456', password: 'chosen-1', passwordConfirmation: 'chosen-1' }],
    ['/users', { password: 'Chosen-by-1', passwordConfirmation: 'Chosen-by-1' }],
    ['/users/confirmation', {}],
  ])('starts at %s when the body is complete', async (path, members) => {
    const body = JSON.stringify({ email: 'nobody@example.com', ...members });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const slow = request(usher.url + path, { method: 'POST', headers });
    slow.write(body.slice(0, 1));
    // The body arrives later.
    expect((await usher.api.signIn('nobody@example.com', `sent meanwhile to ${path}`)).status).toBe(401);
    sleep.mockClear();
    const sentAt = performance.now();
    slow.end(body.slice(1));
    const [answer] = (await once(slow, 'response')) as [IncomingMessage];
    answer.resume();
    expectDelayed();
    expect(sleep.mock.calls[0]?.[0]).toBeGreaterThan(refusalTimeMs - (performance.now() - sentAt));
  });

  it('does not delay a successful sign-in or requests that are independent of accounts', async () => {
    expect((await usher.api.signIn('bob@example.com', deviseUser('second').password)).status).toBe(200);
    expect((await usher.api.post('/auth/sign-in', { email: 7 })).status).toBe(422);
    expect(sleep).not.toHaveBeenCalled();
  });
});
