import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { minimalEnvironment } from '../../test/support/environment.js';
import { Clock } from '../platform/clock/clock.js';
import { loadConfig } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { AppClientConnection } from './app-client-connection.js';
import { type Asked, meanings } from './exceptions.js';

class TestClock extends Clock {
  private time = 0;
  readonly slept: number[] = [];

  override now = () => new Date(this.time);
  override elapsed = () => this.time;
  override sleep = async (milliseconds: number) => {
    this.slept.push(milliseconds);
  };

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }
}

const log = new Log();
const error = jest.spyOn(log, 'error').mockImplementation(() => {});
let clock: TestClock;
let cognito: AppClientConnection;
beforeEach(() => {
  error.mockClear();
  clock = new TestClock();
  cognito = new AppClientConnection(loadConfig(minimalEnvironment), clock, log);
});
afterEach(() => cognito.onApplicationShutdown());

const exception = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error('canary'), { name, $metadata: { httpStatusCode } });
const reset = () => Object.assign(new Error('canary'), { code: 'ECONNRESET', $metadata: { attempts: 1 } });

/** How often Cognito was asked, and what became of it, when it answers like this the first time. */
async function ask(asked: Asked, failure: Error, seconds = 0) {
  let times = 0;
  const outcome = await cognito
    .ask(asked, async () => {
      times++;
      clock.pass(seconds * 1000);
      if (times === 1) throw failure;
      return 'answered';
    })
    .catch((thrown: unknown) => (thrown as { code: string }).code);
  return { times, outcome };
}

const everything = Object.keys(meanings) as Asked[];
const repeatable: Asked[] = [
  ...([
    'sign-in',
    'get-user',
    'global-sign-out',
    'prefer-totp',
    'revoke',
    'find-user',
    'list-users',
    'delete-user',
  ] as const),
  ...(['disable-user', 'enable-user', 'sign-user-out'] as const),
  ...(['describe-pool', 'describe-app-client'] as const),
];
const once: Asked[] = everything.filter((asked) => !repeatable.includes(asked));

describe('a question to Cognito', () => {
  it.each(everything)('%s is asked again after a moment when Cognito had too much to do', async (asked) => {
    expect(await ask(asked, exception('TooManyRequestsException'))).toEqual({
      times: 2,
      outcome: 'answered',
    });
    expect(await ask(asked, exception('ThrottlingException'))).toEqual({ times: 2, outcome: 'answered' });
    for (const pause of clock.slept) {
      expect(pause).toBeGreaterThanOrEqual(100);
      expect(pause).toBeLessThanOrEqual(400);
    }
    // Callers who failed together do not return together.
    expect(new Set(clock.slept).size).toBe(2);
  });

  it.each(repeatable)('%s is asked again when nobody knows what became of it', async (asked) => {
    for (const failure of [exception('InternalErrorException', 500), exception('Unknown', 502), reset()]) {
      expect(await ask(asked, failure)).toEqual({ times: 2, outcome: 'answered' });
    }
  });

  it.each(once)('%s is not, because it may have been done', async (asked) => {
    for (const failure of [exception('InternalErrorException', 500), exception('Unknown', 502), reset()]) {
      expect(await ask(asked, failure)).toEqual({ times: 1, outcome: 'cognito.unavailable' });
    }
  });

  it.each(everything)('%s is asked once where the answer is final', async (asked) => {
    for (const name of [
      'LimitExceededException',
      'NotAuthorizedException',
      'UserLambdaValidationException',
    ]) {
      expect((await ask(asked, exception(name))).times).toBe(1);
    }
  });

  it('is not asked again when the first answer took long', async () => {
    expect(await ask('sign-in', reset(), 4)).toEqual({ times: 1, outcome: 'cognito.unavailable' });
    expect((await ask('sign-in', exception('TooManyRequestsException'), 4)).times).toBe(1);
  });

  it('is asked twice at most', async () => {
    let times = 0;
    const asking = cognito.ask('sign-in', () => {
      times++;
      return Promise.reject(exception('TooManyRequestsException'));
    });
    await expect(asking).rejects.toMatchObject({ code: 'cognito.unavailable', retryAfter: 5 });
    expect(times).toBe(2);
  });

  it('waits for triggers of the pool where it runs some, and not as long elsewhere', async () => {
    const timeout = (asked: Asked) => cognito.ask(asked, async (_client, options) => options.requestTimeout);
    const withTriggers = [
      ...['sign-in', 'challenge', 'refresh', 'forgot-password', 'confirm-forgot-password', 'invite-again'],
      'change-email',
    ];
    for (const asked of everything) {
      expect({ asked, timeout: await timeout(asked) }).toEqual({
        asked,
        timeout: withTriggers.includes(asked) ? 17_000 : 6000,
      });
    }
  });
});

describe('a fault of the configuration', () => {
  it.each([
    'ResourceNotFoundException',
    'ForbiddenException',
    'OperationNotEnabledException',
    'NewException',
  ])('%s raises an alarm each time, with the name and without the text', async (name) => {
    for (let times = 1; times <= 2; times++) {
      expect((await ask('sign-in', exception(name))).outcome).toBe('internal');
      expect(error).toHaveBeenCalledTimes(times);
      expect(error.mock.lastCall?.[1]).toEqual({
        alarm: 'cognito.misconfigured',
        asked: 'sign-in',
        exception: name,
      });
    }
    expect(JSON.stringify(error.mock.calls)).not.toContain('canary');
  });

  it('is not a mistake of ours', async () => {
    expect((await ask('sign-in', new TypeError('canary'))).outcome).toBe('internal');
    expect(error).not.toHaveBeenCalled();
  });

  it('is not what refuses a person', async () => {
    await ask('sign-in', exception('NotAuthorizedException'));
    await ask('forgot-password', exception('InvalidParameterException'));
    expect(error).not.toHaveBeenCalled();
  });
});

describe('a trigger of the pool that fails', () => {
  it.each(['UnexpectedLambdaException', 'UserLambdaValidationException'])(
    '%s raises an alarm of its own',
    async (name) => {
      expect((await ask('sign-in', exception(name))).outcome).toBe('cognito.unavailable');
      expect(error.mock.lastCall?.[1]).toEqual({
        alarm: 'cognito.trigger_failed',
        asked: 'sign-in',
        exception: name,
      });
    },
  );
});
