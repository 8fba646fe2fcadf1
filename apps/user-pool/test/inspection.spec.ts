import { describe, expect, it } from '@jest/globals';
import { startUserPool } from '../src/server.js';
import { openTestPool, refusal, sdkFor, startTestPool, PoolClient } from './support.js';

const pool = openTestPool();

const inspect = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${pool.server.url}/_inspect/${path}`, init);
  return { status: response.status, body: (await response.json()) as unknown };
};
const faults = (list: unknown) => inspect('PUT', 'faults', list);

describe('the clock', () => {
  it('is advanced by a request', async () => {
    await pool.createUser('ann@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('ann@example.com');
    const before = (await inspect('GET', 'clock')).body as { now: string };
    const after = (await inspect('POST', 'clock', { advanceBySeconds: 3600 })).body as { now: string };
    expect(Date.parse(after.now) - Date.parse(before.now)).toBeGreaterThanOrEqual(3_600_000);
    const call = pool.sdk.getUser({ AccessToken: tokens?.AccessToken });
    expect((await refusal(call)).message).toBe('Access Token has expired');
    expect((await inspect('POST', 'clock', { advanceBySeconds: 'x' })).status).toBe(400);
  });

  it('is that of the Date header of every response', async () => {
    const url = pool.server.url;
    const responses = () =>
      Promise.all([
        fetch(`${url}/${pool.poolId}/.well-known/jwks.json`),
        fetch(`${url}/nothing`),
        fetch(url, { method: 'POST', body: '{}' }),
        fetch(url, { method: 'OPTIONS' }),
      ]);
    await inspect('POST', 'clock', { advanceBySeconds: 600 });
    const now = new Date(pool.server.clock.now()).toUTCString();
    const dates = (await responses()).map(({ headers }) => headers.get('date'));
    expect(dates).toEqual(Array(4).fill(now));
  });

  it('and all other inspection endpoints refuse requests of web pages', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect((await inspect('GET', 'deliveries', undefined, headers)).status).toBe(403);
    expect((await inspect('GET', 'nothing')).status).toBe(404);
  });
});

describe('the account', () => {
  const limit = async (Category: string) => {
    const LimitDefinition = { LimitClass: 'API_CATEGORY' as const, Attributes: { Category } };
    const { Limit } = await pool.sdk.getProvisionedLimit({ LimitDefinition });
    return [Limit?.ProvisionedLimitValue, Limit?.FreeLimitValue];
  };

  it('has default limits until a request sets others', async () => {
    expect(await limit('UserAuthentication')).toEqual([120, 120]);
    const account = { limits: { UserAuthentication: 7 } };
    expect(await inspect('PUT', 'account', account)).toEqual({ status: 200, body: account });
    expect(await limit('UserAuthentication')).toEqual([7, 120]);
    expect(await limit('UserCreation')).toEqual([50, 50]);
    await inspect('PUT', 'account', {});
    expect((await inspect('GET', 'account')).body).toEqual({});
    expect(await limit('UserAuthentication')).toEqual([120, 120]);
  });

  it.each([
    [[]],
    [{ limits: { Nothing: 1 } }],
    [{ limits: { UserRead: '1' } }],
    [{ failures: { pool: { Other: 'x' } } }],
    [{ failures: { pool: { SmsConfigurationFailure: 1 } } }],
    [{ quotas: {} }],
  ])('is not set to %j', async (account) => {
    expect((await inspect('PUT', 'account', account)).status).toBe(400);
  });
});

describe('faults', () => {
  it('return any exception for an operation until they are removed', async () => {
    await pool.createUser('bea@example.com');
    await faults([
      { operation: 'InitiateAuth', error: 'TooManyRequestsException', message: 'Rate exceeded' },
    ]);
    expect(await refusal(pool.signIn('bea@example.com'))).toEqual({
      name: 'TooManyRequestsException',
      message: 'Rate exceeded',
    });
    await pool.forgot('bea@example.com');
    await faults([]);
    expect((await pool.signIn('bea@example.com')).AuthenticationResult).toBeDefined();
  });

  it('return status 500, delay responses, and drop connections before or after the operation', async () => {
    await faults([{ operation: '*', latency: 5, error: 'InternalErrorException' }]);
    const sent = pool.sdk.getUser({ AccessToken: 'x' });
    await expect(sent).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    for (const drop of ['before', 'after']) {
      expect((await faults([{ operation: 'ForgotPassword', drop }])).body).toEqual([
        { operation: 'ForgotPassword', drop },
      ]);
      const count = pool.server.deliveries.list().length;
      expect((await refusal(pool.forgot('bea@example.com'))).message).toMatch(/socket hang up|ECONNRESET/);
      expect(pool.server.deliveries.list().length - count).toBe(drop === 'after' ? 1 : 0);
    }
    await faults([]);
  });

  it('affect a share of the calls, the same calls with the same seed', async () => {
    const run = async () => {
      const server = await startUserPool({ seed: 'one' });
      server.faults.replace([{ operation: '*', share: 0.5, error: 'InternalErrorException' }]);
      const names: string[] = [];
      for (let call = 0; call < 20; call++) {
        const sent = sdkFor(server.url).getUser({ AccessToken: 'x' });
        names.push((await refusal(sent)).name);
      }
      await server.close();
      return names;
    };
    const first = await run();
    expect(new Set(first).size).toBe(2);
    expect(await run()).toEqual(first);
  });

  it('are refused when they are invalid', async () => {
    for (const list of [{}, [{}], [{ operation: 'X', error: 'nonsense' }]]) {
      expect((await faults(list)).status).toBe(400);
    }
  });
});

describe('described pools', () => {
  const description = {
    Id: 'eu-west-1_local0001',
    UsernameAttributes: ['email' as const],
    Mfa: { MfaConfiguration: 'OPTIONAL' as const, SoftwareTokenMfaConfiguration: { Enabled: true } },
    Clients: [{ ClientId: 'local-client', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH' as const] }],
    Groups: [{ GroupName: 'admins' }],
    Users: [
      { Username: 'ann@example.com', Password: 'Correct-horse-1', Groups: ['admins'] },
      { Username: 'bea@example.com', Attributes: { email_verified: 'true' } },
    ],
  };

  it('exist after the start with the given ids', async () => {
    const server = await startUserPool({ pools: [description] });
    const described = new PoolClient(sdkFor(server.url), description.Id, 'local-client');
    expect((await described.signIn('ann@example.com')).AuthenticationResult).toBeDefined();
    await server.close();
  });

  it('are refused with the invalid member when they are invalid', async () => {
    const wrong = startUserPool({ pools: [{ ...description, Users: [{ Username: 'ann' }] }] });
    expect((await refusal(wrong)).message).toBe('Username should be an email.');
  });
});

describe('a seed', () => {
  it('makes codes and ids reproducible', async () => {
    const codes: string[] = [];
    for (let run = 1; run <= 2; run++) {
      const seeded = await startTestPool({}, {}, { seed: 'one' });
      await seeded.createUser('ann@example.com');
      await seeded.forgot('ann@example.com');
      codes.push(`${seeded.poolId} ${seeded.clientId} ${seeded.lastCode()}`);
      await seeded.server.close();
    }
    expect(codes[0]).toBe(codes[1]);
  });
});
