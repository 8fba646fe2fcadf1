import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/common/clock/clock.js';
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

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'holds the answer to a sign-up for %s',
    async (email) => {
      const password = 'Chosen-by-somebody-1';
      const body = { email, password, passwordConfirmation: password };
      expect((await usher.api.post('/users', body)).status).toBe(202);
      expectHeld();
    },
  );

  it.each([ada.email, 'nobody@example.com', 'carol@example.com'])(
    'holds the refusal of a wrong reset code for %s',
    async (email) => {
      const password = 'chosen-by-the-owner-1';
      const body = { email, code: '123456', password, passwordConfirmation: password };
      expect((await usher.api.post('/passwords/reset', body)).status).toBe(422);
      expectHeld();
    },
  );

  // Else the caller would choose at which moment of the work a multiple ends, and so measure the work.
  it.each([
    ['/auth/sign-in', { password: 'whatever-1' }],
    ['/passwords/forgot', {}],
    ['/passwords/reset', { code: '123456', password: 'chosen-1', passwordConfirmation: 'chosen-1' }],
    ['/users', { password: 'Chosen-by-1', passwordConfirmation: 'Chosen-by-1' }],
    ['/users/confirmation', {}],
  ])('begins at %s when the whole body is there', async (path, members) => {
    const body = JSON.stringify({ email: 'nobody@example.com', ...members });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const slow = request(usher.url + path, { method: 'POST', headers });
    slow.write(body.slice(0, 1));
    // Time passes.
    expect((await usher.api.signIn('nobody@example.com', `sent meanwhile to ${path}`)).status).toBe(401);
    sleep.mockClear();
    const sentAt = performance.now();
    slow.end(body.slice(1));
    const [answer] = (await once(slow, 'response')) as [IncomingMessage];
    answer.resume();
    expectHeld();
    expect(sleep.mock.calls[0]?.[0]).toBeGreaterThan(refusalTimeMs - (performance.now() - sentAt));
  });

  it('does not hold a sign-in, nor what has nothing to do with accounts', async () => {
    expect((await usher.api.signIn('bob@example.com', deviseUser('second').password)).status).toBe(200);
    expect((await usher.api.post('/auth/sign-in', { email: 7 })).status).toBe(422);
    expect(sleep).not.toHaveBeenCalled();
  });
});
