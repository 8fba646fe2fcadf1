import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CognitoIdentityProviderClient, GetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { Clock } from '../common/clock/clock.js';
import { loadConfig } from '../common/config/config.js';
import { Log } from '../common/logging/log.js';
import { CognitoAppClient } from './cognito-client.js';
import { type CognitoOperation, exceptionMap } from './exception-map.js';

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
const sdkSend = jest.spyOn(
  CognitoIdentityProviderClient.prototype as unknown as {
    send: (command: unknown, options: { requestTimeout: number }) => Promise<unknown>;
  },
  'send',
);
const command = new GetUserCommand({ AccessToken: 'token' });
let client: CognitoAppClient;
beforeEach(() => {
  error.mockClear();
  clock = new TestClock();
  client = new CognitoAppClient(loadConfig(minimalEnvironment).cognito, clock, log);
});
afterEach(() => client.onApplicationShutdown());

const exception = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error('canary'), { name, $metadata: { httpStatusCode } });
const reset = () => Object.assign(new Error('canary'), { code: 'ECONNRESET', $metadata: { attempts: 1 } });

/** Number of requests and the outcome when the first one fails after `seconds`. */
async function send(operation: CognitoOperation, failure: Error, seconds = 0) {
  let times = 0;
  sdkSend.mockImplementation(async () => {
    times++;
    clock.pass(seconds * 1000);
    if (times === 1) throw failure;
    return 'answered';
  });
  const outcome = await client
    .send(operation, command)
    .catch((thrown: unknown) => (thrown as { code: string }).code);
  return { times, outcome };
}

const all = Object.keys(exceptionMap) as CognitoOperation[];
const idempotent: CognitoOperation[] = [
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
  ...(['disable-user', 'enable-user', 'sign-user-out', 'remove-factors', 'list-user-groups'] as const),
  ...(['describe-pool', 'describe-app-client', 'describe-mfa'] as const),
  ...(['describe-log-delivery', 'get-limit'] as const),
  ...(['get-import-header', 'describe-import-job', 'list-import-jobs'] as const),
];
const notIdempotent: CognitoOperation[] = all.filter((operation) => !idempotent.includes(operation));

describe('CognitoClient.send', () => {
  it.each(all)('retries %s once after 100 to 400 ms when Cognito throttles', async (operation) => {
    expect(await send(operation, exception('TooManyRequestsException'))).toEqual({
      times: 2,
      outcome: 'answered',
    });
    expect(await send(operation, exception('ThrottlingException'))).toEqual({
      times: 2,
      outcome: 'answered',
    });
    for (const delay of clock.slept) {
      expect(delay).toBeGreaterThanOrEqual(100);
      expect(delay).toBeLessThanOrEqual(400);
    }
    // Jitter.
    expect(new Set(clock.slept).size).toBe(2);
  });

  it.each(idempotent)('retries %s when its outcome is unknown', async (operation) => {
    for (const failure of [exception('InternalErrorException', 500), exception('Unknown', 502), reset()]) {
      expect(await send(operation, failure)).toEqual({ times: 2, outcome: 'answered' });
    }
  });

  it.each(notIdempotent)('does not retry %s when its outcome is unknown', async (operation) => {
    for (const failure of [exception('InternalErrorException', 500), exception('Unknown', 502), reset()]) {
      expect(await send(operation, failure)).toEqual({ times: 1, outcome: 'cognito.unavailable' });
    }
  });

  it.each(all)(
    'does not retry %s after an exception that is neither an outage nor throttling',
    async (operation) => {
      for (const name of [
        'LimitExceededException',
        'NotAuthorizedException',
        'UserLambdaValidationException',
      ]) {
        expect((await send(operation, exception(name))).times).toBe(1);
      }
    },
  );

  it('does not retry when the first request took more than three seconds', async () => {
    expect(await send('sign-in', reset(), 4)).toEqual({ times: 1, outcome: 'cognito.unavailable' });
    expect((await send('sign-in', exception('TooManyRequestsException'), 4)).times).toBe(1);
  });

  it('retries once at most', async () => {
    let times = 0;
    sdkSend.mockImplementation(() => {
      times++;
      return Promise.reject(exception('TooManyRequestsException'));
    });
    await expect(client.send('sign-in', command)).rejects.toMatchObject({
      code: 'cognito.unavailable',
      retryAfter: 5,
    });
    expect(times).toBe(2);
  });

  it('has a timeout of 17 s for operations with triggers and 6 s for others', async () => {
    sdkSend.mockImplementation(async (_command, options) => options.requestTimeout);
    const withTriggers = [
      ...['sign-in', 'challenge', 'refresh', 'forgot-password', 'confirm-forgot-password', 'invite-again'],
      'change-email',
    ];
    for (const operation of all) {
      expect({ operation, timeout: await client.send(operation, command) }).toEqual({
        operation,
        timeout: withTriggers.includes(operation) ? 17_000 : 6000,
      });
    }
  });
});

describe('a configuration error', () => {
  it.each([
    'ResourceNotFoundException',
    'ForbiddenException',
    'OperationNotEnabledException',
    'NewException',
  ])('%s raises an alarm each time, with the exception and without its message', async (name) => {
    for (let times = 1; times <= 2; times++) {
      expect((await send('sign-in', exception(name))).outcome).toBe('internal');
      expect(error).toHaveBeenCalledTimes(times);
      expect(error.mock.lastCall?.[1]).toEqual({
        alarm: 'cognito.misconfigured',
        asked: 'sign-in',
        exception: name,
      });
    }
    expect(JSON.stringify(error.mock.calls)).not.toContain('canary');
  });

  it('is not reported for a bug of Usher', async () => {
    expect((await send('sign-in', new TypeError('canary'))).outcome).toBe('internal');
    expect(error).not.toHaveBeenCalled();
  });

  it('is not reported for a refused user', async () => {
    await send('sign-in', exception('NotAuthorizedException'));
    await send('forgot-password', exception('InvalidParameterException'));
    expect(error).not.toHaveBeenCalled();
  });
});

describe('a failed trigger of the pool', () => {
  it.each(['UnexpectedLambdaException', 'UserLambdaValidationException'])(
    '%s raises the alarm cognito.trigger_failed',
    async (name) => {
      expect((await send('sign-in', exception(name))).outcome).toBe('cognito.unavailable');
      expect(error.mock.lastCall?.[1]).toEqual({
        alarm: 'cognito.trigger_failed',
        asked: 'sign-in',
        exception: name,
      });
    },
  );
});
