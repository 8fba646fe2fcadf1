import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { minimalEnvironment } from '../../test/support/builders/environment.js';
import { Clock } from '../common/clock/clock.js';
import { loadConfig } from '../common/config/config.js';
import { Log } from '../common/logging/log.js';
import { CognitoAdminClient } from './cognito-client.js';

class TestClock extends Clock {
  time = 0;
  override now = () => new Date(this.time);
}

const environment = process.env;
const log = new Log();
const warn = jest.spyOn(log, 'warn').mockImplementation(() => {});
const clock = new TestClock();
jest
  .spyOn(CognitoIdentityProviderClient.prototype as unknown as { send: () => Promise<unknown> }, 'send')
  .mockImplementation(async () => 'sent');
let client: CognitoAdminClient;
beforeEach(() => {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  process.env = {
    ...Object.fromEntries(others),
    HOME: '/nonexistent',
    // No request to the instance metadata service.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  client = new CognitoAdminClient(loadConfig(minimalEnvironment).cognito, clock, log);
});
afterEach(() => {
  process.env = environment;
  client.onApplicationShutdown();
});

const command = new AdminGetUserCommand({ UserPoolId: 'us-east-1_abc', Username: 'ada' });
const send = () => client.send('find-user', command).catch((error: { code: string }) => error.code);

describe('CognitoAdminClient without AWS credentials', () => {
  it('sends nothing, and logs once a minute which features are off', async () => {
    expect(await send()).toBe('cognito.credentials_missing');
    expect(await send()).toBe('cognito.credentials_missing');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.lastCall).toEqual([
      'AWS credentials not found; admin operations disabled',
      { off: expect.any(Array), reason: 'CredentialsProviderError' },
    ]);
    // A role is attached meanwhile.
    process.env.AWS_ACCESS_KEY_ID = 'local';
    process.env.AWS_SECRET_ACCESS_KEY = 'local';
    expect(await send()).toBe('cognito.credentials_missing');
    clock.time += 60_000;
    expect(await send()).toBe('sent');
  });

  it('logs one line for two simultaneous requests, which names the checks at start', async () => {
    warn.mockClear();
    expect(await Promise.all([send(), send()])).toEqual(Array(2).fill('cognito.credentials_missing'));
    expect(warn).toHaveBeenCalledTimes(1);
    const off = expect.arrayContaining(['the checks of the user pool at start']);
    expect(warn.mock.lastCall?.[1]).toMatchObject({ off });
  });
});
