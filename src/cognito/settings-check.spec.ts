import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { SettingsCheck } from './settings-check.js';
import type { UserDirectory } from './user-directory.js';

const log = new Log();
const logged: string[] = [];
for (const level of ['info', 'warn', 'error'] as const) {
  jest
    .spyOn(log, level)
    .mockImplementation((message: unknown) => void logged.push(`${level} ${String(message)}`));
}

let outage: AppError | undefined;
const describePool = jest.fn(async () => {
  if (outage) throw outage;
  return { verifiedBeforeUpdate: ['email'] };
});
const describeAppClient = jest.fn(async (clientId: string) => ({
  clientId,
  writeAttributes: ['name'],
  identityProviders: [],
}));
let check: SettingsCheck;

beforeEach(() => {
  jest.useFakeTimers();
  jest.clearAllMocks();
  logged.length = 0;
  const directory = { describePool, describeAppClient } as unknown as UserDirectory;
  const cognito = { acceptedClientIds: ['web', 'app', 'web'], legacyIdAttribute: undefined };
  check = new SettingsCheck(directory, cognito, log);
});
afterEach(() => {
  check.onApplicationShutdown();
  jest.useRealTimers();
});

const minute = () => jest.advanceTimersByTimeAsync(60_000);
const start = async () => {
  check.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(0);
};

describe('SettingsCheck', () => {
  it('reads the pool and each client once', async () => {
    outage = undefined;
    await start();
    await minute();
    expect(describePool).toHaveBeenCalledTimes(1);
    expect(describeAppClient.mock.calls).toEqual([['web'], ['app']]);
    expect(logged).toEqual(Array(3).fill('info user pool settings checked'));
  });

  it('retries a failed read while Cognito is unavailable, and reads the rest once', async () => {
    outage = new AppError('cognito.unavailable');
    await start();
    await minute();
    outage = undefined;
    await minute();
    await minute();
    expect(describePool).toHaveBeenCalledTimes(3);
    expect(describeAppClient).toHaveBeenCalledTimes(2);
    expect(logged).toEqual([
      'warn user pool settings not checked',
      'info user pool settings checked',
      'info user pool settings checked',
      'warn user pool settings not checked',
      'info user pool settings checked',
    ]);
  });

  it('does not retry after a rejected request', async () => {
    outage = new AppError('internal');
    await start();
    await minute();
    expect(logged.filter((line) => line === 'warn user pool settings not checked')).toHaveLength(1);
    expect(describePool).toHaveBeenCalledTimes(1);
  });

  it('logs no failure without credentials, which CognitoAdminClient logs', async () => {
    outage = new AppError('cognito.credentials_missing');
    await start();
    await minute();
    expect(describePool).toHaveBeenCalledTimes(1);
    expect(logged).toEqual(Array(2).fill('info user pool settings checked'));
  });

  it('stops at shutdown', async () => {
    outage = new AppError('cognito.unavailable');
    await start();
    check.onApplicationShutdown();
    await minute();
    expect(describePool).toHaveBeenCalledTimes(1);
  });
});
