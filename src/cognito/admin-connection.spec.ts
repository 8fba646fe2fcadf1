import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { minimalEnvironment } from '../../test/support/environment.js';
import { Clock } from '../platform/clock/clock.js';
import { loadConfig } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { AdminConnection } from './admin-connection.js';

class TestClock extends Clock {
  time = 0;
  override now = () => new Date(this.time);
}

const environment = process.env;
const log = new Log();
const warn = jest.spyOn(log, 'warn').mockImplementation(() => {});
const clock = new TestClock();
let cognito: AdminConnection;
beforeEach(() => {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  process.env = {
    ...Object.fromEntries(others),
    HOME: '/nonexistent',
    // So that the search stays on this machine.
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  cognito = new AdminConnection(loadConfig(minimalEnvironment), clock, log);
});
afterEach(() => {
  process.env = environment;
  cognito.onApplicationShutdown();
});

const ask = () =>
  cognito.ask('find-user', async () => 'asked').catch((error: { code: string }) => error.code);

describe('without AWS credentials', () => {
  it('nothing is asked, and the operator hears once in a while what is off', async () => {
    expect(await ask()).toBe('cognito.credentials_missing');
    expect(await ask()).toBe('cognito.credentials_missing');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.lastCall).toEqual([
      'no AWS credentials: what needs them is off',
      { off: expect.any(Array), reason: 'CredentialsProviderError' },
    ]);
    // Somebody attaches a role meanwhile.
    process.env.AWS_ACCESS_KEY_ID = 'local';
    process.env.AWS_SECRET_ACCESS_KEY = 'local';
    expect(await ask()).toBe('cognito.credentials_missing');
    clock.time += 60_000;
    expect(await ask()).toBe('asked');
  });

  it('two requests at once log one line, which names the check of the settings', async () => {
    warn.mockClear();
    expect(await Promise.all([ask(), ask()])).toEqual(Array(2).fill('cognito.credentials_missing'));
    expect(warn).toHaveBeenCalledTimes(1);
    const off = expect.arrayContaining([
      'the check at start whether users may change their own e-mail address in the pool',
    ]);
    expect(warn.mock.lastCall?.[1]).toMatchObject({ off });
  });

  it('the start says so', async () => {
    warn.mockClear();
    cognito.onApplicationBootstrap();
    await ask();
    expect(warn).toHaveBeenCalledWith('no AWS credentials: what needs them is off', expect.any(Object));
  });
});
