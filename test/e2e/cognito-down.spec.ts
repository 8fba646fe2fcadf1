import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Answerer, cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');

// Only the date is mocked, to skip the pauses of the circuit breaker.
const running = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

let accessToken: string;
const usher = openUsher();
beforeAll(async () => {
  accessToken = (await usher.api.signIn(ada.email, ada.password)).body.tokens?.accessToken ?? '';
});
afterEach(() => void jest.useRealTimers());

const signIn = async () => {
  const { status, body, headers } = await usher.api.signIn(ada.email, ada.password);
  return { status, code: body.code, retryAfter: Number(headers.get('retry-after')) };
};
const goDown = (answer: Answerer = cutOff) => usher.proxy.answerWith('*', answer);
const comeBack = () => usher.proxy.answerWith('*', undefined);
const passSeconds = (seconds: number) => jest.setSystemTime(Date.now() + seconds * 1000);
const alarms = () => usher.logLines().filter((line) => line.includes('"alarm":"cognito.unavailable"')).length;

/** Signs in until the API sends no more requests to Cognito. */
async function openTheCircuit(): Promise<number> {
  for (let attempts = 1; attempts <= 10; attempts++) {
    const before = usher.proxy.arrived.length;
    const answer = await signIn();
    expect(answer).toMatchObject({ status: 503, code: 'cognito.unavailable' });
    expect(answer.retryAfter).toBeGreaterThan(0);
    if (usher.proxy.arrived.length === before) return attempts;
  }
  throw new Error('Cognito was asked again and again');
}

/** Restores the pool and waits for the next probe. */
async function recover(): Promise<void> {
  comeBack();
  passSeconds(6);
  expect((await signIn()).status).toBe(200);
}

describe('the circuit breaker for Cognito', () => {
  it('opens after a few failures, while issued tokens stay valid', async () => {
    jest.useFakeTimers({ doNotFake: [...running] });
    goDown();
    expect(await openTheCircuit()).toBeGreaterThan(2);
    const asked = usher.proxy.arrived.length;
    const answers = await Promise.all(Array.from({ length: 20 }, signIn));
    expect(answers).toEqual(answers.map(() => ({ status: 503, code: 'cognito.unavailable', retryAfter: 5 })));
    passSeconds(3);
    expect((await signIn()).retryAfter).toBe(2);
    expect(usher.proxy.arrived.length).toBe(asked);
    const me = await usher.api.get('/users/me', { authorization: `Bearer ${accessToken}` });
    expect(me.status).toBe(200);
    expect(alarms()).toBe(1);
    await recover();
  });

  it('probes with one call at a time and closes after the first response', async () => {
    jest.useFakeTimers({ doNotFake: [...running] });
    goDown();
    await openTheCircuit();
    passSeconds(6);
    let answerProbe = () => {};
    const arrived = new Promise<void>((resolve) => {
      usher.proxy.answerWith('InitiateAuth', (response) => {
        answerProbe = () => cutOff(response);
        resolve();
      });
    });
    const probe = signIn();
    await arrived;
    const asked = usher.proxy.arrived.length;
    // Other requests do not wait for the probe.
    const meanwhile = await Promise.all(Array.from({ length: 5 }, signIn));
    expect(meanwhile).toEqual(
      meanwhile.map(() => ({ status: 503, code: 'cognito.unavailable', retryAfter: 1 })),
    );
    answerProbe();
    expect((await probe).status).toBe(503);
    // The probe failed, so the pause is restarted.
    expect((await signIn()).retryAfter).toBe(5);
    expect(usher.proxy.arrived.length).toBe(asked);
    usher.proxy.answerWith('InitiateAuth', undefined);
    await recover();
    expect((await Promise.all(Array.from({ length: 5 }, signIn))).map(({ status }) => status)).toEqual(
      Array.from({ length: 5 }, () => 200),
    );
    expect(usher.logLines().some((line) => line.includes('Cognito available; circuit closed'))).toBe(true);
  });

  it('probes at once when the clock is set back', async () => {
    jest.useFakeTimers({ doNotFake: [...running] });
    goDown();
    await openTheCircuit();
    passSeconds(-3600);
    const asked = usher.proxy.arrived.length;
    expect(await signIn()).toEqual({
      status: 503,
      code: 'cognito.unavailable',
      retryAfter: expect.any(Number),
    });
    expect(usher.proxy.arrived.length).toBe(asked + 1);
    // Normal operation again.
    expect((await signIn()).retryAfter).toBe(5);
    expect(usher.proxy.arrived.length).toBe(asked + 1);
    await recover();
  });

  it('also opens on internal errors of Cognito', async () => {
    jest.useFakeTimers({ doNotFake: [...running] });
    goDown(exception('InternalErrorException', 'x', 500));
    await openTheCircuit();
    await recover();
  });

  it.each([
    ['a refusal', exception('NotAuthorizedException', 'Incorrect username or password.'), 401],
    ['a limit', exception('TooManyRequestsException', 'Rate exceeded'), 503],
    ['a trigger that fails', exception('UnexpectedLambdaException', 'x'), 503],
    ['a wrong configuration', exception('ResourceNotFoundException', 'x'), 500],
  ])('does not open on responses with %s', async (_what, answer, status) => {
    goDown(answer);
    const before = usher.proxy.arrived.length;
    for (let attempts = 0; attempts < 8; attempts++) expect((await signIn()).status).toBe(status);
    expect(usher.proxy.arrived.length).toBeGreaterThanOrEqual(before + 8);
    comeBack();
    expect((await signIn()).status).toBe(200);
  });

  it('does not open on occasional failures', async () => {
    for (let round = 0; round < 4; round++) {
      goDown(exception('InternalErrorException', 'x', 500));
      expect((await signIn()).status).toBe(503);
      comeBack();
      expect((await signIn()).status).toBe(200);
    }
  });
});
