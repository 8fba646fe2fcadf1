import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { brokenConnection, headersOnly, json, silence, text } from '../test/fake-usher.js';
import {
  forgot,
  hurried,
  LambdaUnderTest,
  railsUnknown,
  remaining,
  signIn,
  TRY_LATER,
  unhurried,
  usherAlice,
} from '../test/lambda.js';

const lambda = new LambdaUnderTest();
beforeEach(() => lambda.start());
afterEach(async () => {
  jest.restoreAllMocks();
  await lambda.stop();
});

const redirect = (response: ServerResponse) => response.writeHead(307, { location: '/' }).end();
const confirmed = expect.objectContaining({ finalUserStatus: 'CONFIRMED' });

describe('throws a neutral error', () => {
  it.each([
    ['refuses the token', text('', 401), 'status 401'],
    ['is overloaded', text('', 503), 'status 503'],
    ['fails', json(usherAlice, 500), 'status 500'],
    ['fails with a page', text('<html>canary-page</html>', 500), 'status 500'],
    ['responds with a sign-in page', text('<html>canary-page</html>', 401), 'status 401'],
    ['redirects', redirect, 'status 307'],
    ['responds with HTML', text('<html>canary-page</html>'), 'invalid_response: not JSON'],
    ['responds with an empty body', text(''), 'invalid_response: not JSON'],
    ['responds with an array', json([usherAlice]), 'invalid_response: not an object'],
    ['responds with too large a body', text(`"${'x'.repeat(100_000)}"`), 'invalid_response: too long'],
    ['reports success without an address', json({ ...usherAlice, email: null }), 'invalid_response: email'],
    ['reports success without an id', json({ ...usherAlice, id: null }), 'invalid_response: id'],
    [
      'reports success for an unknown user',
      json({ ...railsUnknown, success: true }),
      'invalid_response: success without user_exists',
    ],
    ['does not respond', silence, 'timeout'],
    ['stops in the middle of the response', headersOnly, 'timeout'],
    ['breaks every connection', brokenConnection, 'ECONNRESET'],
  ])('when the API %s', async (_what, reply, cause) => {
    lambda.usher.willReply(reply);
    const failure = await lambda.handler(signIn(), hurried).catch((error: unknown) => error);
    expect(failure).toEqual(new Error(TRY_LATER));
    expect(failure).not.toHaveProperty('cause');
    expect(lambda.logged.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'error', outcome: 'failed', cause }),
    ]);
  });

  it('when the connection is refused', async () => {
    await lambda.configure({ MIGRATION_API_URL: 'http://127.0.0.1:1' });
    await expect(lambda.handler(forgot(), hurried)).rejects.toThrow(new Error(TRY_LATER));
    expect(lambda.logged.join('')).toContain('"cause":"ECONNREFUSED"');
  });
});

describe('the connection', () => {
  it('is shared by all calls', async () => {
    lambda.usher.willReply(json(usherAlice));
    for (let call = 0; call < 3; call += 1) await lambda.handler(signIn(), unhurried);
    expect(lambda.usher.connections).toBe(1);
  });

  it('is replaced once after a connection error', async () => {
    lambda.usher.willReply(brokenConnection, json(usherAlice));
    expect((await lambda.handler(signIn(), hurried)).response).toEqual(confirmed);
    lambda.usher.willReply(brokenConnection);
    await expect(lambda.handler(signIn(), hurried)).rejects.toThrow(TRY_LATER);
    expect(lambda.usher.requests).toHaveLength(4);
  });

  it('is not retried after a timeout', async () => {
    lambda.usher.willReply(silence);
    await expect(lambda.handler(signIn(), hurried)).rejects.toThrow(TRY_LATER);
    expect(lambda.usher.requests).toHaveLength(1);
  });

  it('is replaced if it was closed while idle', async () => {
    lambda.usher.willReply(json(usherAlice));
    await lambda.handler(signIn(), hurried);
    lambda.usher.dropConnections();
    expect((await lambda.handler(signIn(), hurried)).response).toEqual(confirmed);
  });

  it('is not reused after a long idle time', async () => {
    lambda.usher.willReply(json(usherAlice));
    await lambda.handler(signIn(), hurried);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await lambda.handler(signIn(), hurried);
    expect(lambda.usher.connections).toBe(2);
  });
});

describe('the deadline', () => {
  it('prevents requests when almost no time is left', async () => {
    lambda.usher.willReply(json(usherAlice));
    await expect(lambda.handler(signIn(), remaining(200))).rejects.toThrow(TRY_LATER);
    expect(lambda.usher.requests).toEqual([]);
    expect(lambda.logged.join('')).toContain('no time left');
  });

  it('is within the five seconds of Cognito even if the Lambda has more time', async () => {
    lambda.usher.willReply(silence);
    const began = performance.now();
    await expect(lambda.handler(signIn(), remaining(60_000))).rejects.toThrow(TRY_LATER);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(3_000);
    expect(took).toBeLessThan(4_900);
  });

  it('is shorter for the first call only, because the timeout of Cognito includes the start of the process', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    lambda.usher.willReply(json(usherAlice));
    for (let call = 0; call < 3; call += 1) await lambda.handler(signIn(), remaining(60_000));
    const [first = 0, second = 0, third = 0] = timers.mock.calls.map(([, ms]) => ms);
    expect(first).toBeLessThan(4_200);
    for (const later of [second, third]) expect(Math.abs(later - 4_500)).toBeLessThan(100);
  });

  it('includes the retry', async () => {
    lambda.usher.willReply((_response, request) => {
      setTimeout(() => request.socket.resetAndDestroy(), 300);
    }, silence);
    const began = performance.now();
    await expect(lambda.handler(signIn(), hurried)).rejects.toThrow(TRY_LATER);
    expect(lambda.usher.requests).toHaveLength(2);
    expect(performance.now() - began).toBeLessThan(650);
  });

  it('leaves no timer behind', async () => {
    const started = jest.spyOn(globalThis, 'setTimeout');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    lambda.usher.willReply(json(usherAlice), brokenConnection, text('', 500));
    for (let call = 0; call < 2; call += 1) await lambda.handler(signIn(), unhurried).catch(() => {});
    const timers = started.mock.results.map(({ value }) => value);
    const ended = cleared.mock.calls.map(([timer]) => timer);
    expect(timers).toHaveLength(3);
    expect(ended).toEqual(expect.arrayContaining(timers));
  });
});
