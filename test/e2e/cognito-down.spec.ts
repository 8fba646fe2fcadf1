import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Answerer, cutOff, exception } from '../support/cognito-proxy.js';
import { deviseUser } from '../support/devise-users.js';
import { startUsher, type Usher } from '../support/usher.js';

const ada = deviseUser('plain');

// Everything but the date keeps running: only the pauses of the breaker are skipped.
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

let usher: Usher;
let accessToken: string;
beforeAll(async () => {
  usher = await startUsher();
  accessToken = (await usher.api.signIn(ada.email, ada.password)).body.tokens?.accessToken ?? '';
});
afterAll(() => usher.close());
afterEach(() => void jest.useRealTimers());

const signIn = async () => {
  const { status, body, headers } = await usher.api.signIn(ada.email, ada.password);
  return { status, code: body.code, retryAfter: Number(headers.get('retry-after')) };
};
const goDown = (answer: Answerer = cutOff) => usher.proxy.answerWith('*', answer);
const comeBack = () => usher.proxy.answerWith('*', undefined);
const passSeconds = (seconds: number) => jest.setSystemTime(Date.now() + seconds * 1000);
const alarms = () => usher.logLines().filter((line) => line.includes('"alarm":"cognito.unavailable"')).length;

/** Signs in until the API no longer asks. */
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

/** The pool is back, and the next probe finds out. */
async function recover(): Promise<void> {
  comeBack();
  passSeconds(6);
  expect((await signIn()).status).toBe(200);
}

describe('a Cognito that does not answer', () => {
  it('is left alone after a few failures, while tokens already issued keep working', async () => {
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

  it('is probed by one call at a time, and trusted again after the first answer', async () => {
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
    // Nobody waits for how the probe ends.
    const meanwhile = await Promise.all(Array.from({ length: 5 }, signIn));
    expect(meanwhile).toEqual(
      meanwhile.map(() => ({ status: 503, code: 'cognito.unavailable', retryAfter: 1 })),
    );
    answerProbe();
    expect((await probe).status).toBe(503);
    // The probe failed, so the pause begins anew.
    expect((await signIn()).retryAfter).toBe(5);
    expect(usher.proxy.arrived.length).toBe(asked);
    usher.proxy.answerWith('InitiateAuth', undefined);
    await recover();
    expect((await Promise.all(Array.from({ length: 5 }, signIn))).map(({ status }) => status)).toEqual(
      Array.from({ length: 5 }, () => 200),
    );
    expect(usher.logLines().some((line) => line.includes('Cognito answers again'))).toBe(true);
  });

  it('is probed at once when the clock is set back', async () => {
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
    // And then as ever.
    expect((await signIn()).retryAfter).toBe(5);
    expect(usher.proxy.arrived.length).toBe(asked + 1);
    await recover();
  });

  it('is one that answers with errors of its own, too', async () => {
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
  ])('is not one that answers with %s', async (_what, answer, status) => {
    goDown(answer);
    const before = usher.proxy.arrived.length;
    for (let attempts = 0; attempts < 8; attempts++) expect((await signIn()).status).toBe(status);
    expect(usher.proxy.arrived.length).toBeGreaterThanOrEqual(before + 8);
    comeBack();
    expect((await signIn()).status).toBe(200);
  });

  it('is not one that fails now and then', async () => {
    for (let round = 0; round < 4; round++) {
      goDown(exception('InternalErrorException', 'x', 500));
      expect((await signIn()).status).toBe(503);
      comeBack();
      expect((await signIn()).status).toBe(200);
    }
  });
});
