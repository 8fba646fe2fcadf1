import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ApiClient } from '../support/drivers/api-client.js';
import { cutOff } from '../support/fakes/cognito-proxy.js';
import { scrape, valueOf } from '../support/drivers/metrics.js';
import { ada } from '../support/drivers/sessions.js';
import { startTcpProxy } from '../support/fakes/tcp-proxy.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

/** The checks at start ask Cognito as well: their failures would open another circuit. */
beforeAll(() => until(() => usher.logLines().some((line) => line.includes('installation checked'))));

type Readiness = Record<string, unknown> & { details: Record<string, { status: string }> };

async function readiness(
  api: ApiClient,
): Promise<{ status: number; says: unknown; parts: Record<string, string> }> {
  const { status, body } = await api.get('/health/ready');
  const { details, status: says } = body as unknown as Readiness;
  return {
    status,
    says,
    parts: Object.fromEntries(Object.entries(details).map(([name, part]) => [name, part.status])),
  };
}

const doNotFake = [
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

const allUp = {
  database: 'up',
  cognito: 'up',
  mail: 'up',
  outbox: 'up',
  passwordChecks: 'up',
  sessions: 'up',
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Starts another API on the same database and pool until the end of the test. */
async function beside(changes: Record<string, string>): Promise<ApiClient> {
  const { api, close } = await usher.startBeside(changes);
  closers.push(close);
  return api;
}

describe('GET /health/ready', () => {
  it('reports every part', async () => {
    expect(await readiness(usher.api)).toEqual({ status: 200, says: 'ok', parts: allUp });
  });

  it('is degraded but ready while Cognito does not respond', async () => {
    usher.proxy.answerWith('*', cutOff);
    while ((await readiness(usher.api)).says === 'ok') await usher.api.signIn(ada.email, ada.password);
    const degraded = { status: 200, says: 'degraded', parts: { ...allUp, cognito: 'degraded' } };
    expect(await readiness(usher.api)).toEqual(degraded);
    const samples = await scrape(usher.api);
    expect(valueOf(samples, 'usher_health_part_up', { part: 'cognito' })).toBe(0);
    expect(valueOf(samples, 'usher_cognito_circuit_open', { connection: 'app_client' })).toBe(1);
    usher.proxy.answerWith('*', undefined);
    // Only the date is mocked, to skip the pause of the circuit breaker.
    jest.useFakeTimers({ doNotFake: [...doNotFake], now: Date.now() + 6000 });
    await usher.api.signIn(ada.email, ada.password);
    jest.useRealTimers();
    expect((await readiness(usher.api)).says).toBe('ok');
  });

  it('is degraded while the mail server refuses mails, and while a mail is overdue', async () => {
    await usher.database.sql(
      `INSERT INTO usher.outbox (id, mail, sealed, posted_at, next_try_at) VALUES (gen_random_uuid(), 'x', 'x',
        now() - interval '14 minutes', now() + interval '1 hour')`,
    );
    const one = await beside({ SMTP_URL: 'smtp://127.0.0.1:1' });
    expect(await readiness(one)).toEqual({ status: 200, says: 'ok', parts: allUp });
    const password = 'new-password-1';
    // Any process may send a mail; this API must be the one that fails.
    while ((await readiness(one)).parts.mail === 'up') {
      const email = `${Math.random()}@example.com`;
      await one.post('/users', { email, password, passwordConfirmation: password });
      await pause(50);
    }
    expect(await readiness(one)).toMatchObject({
      status: 200,
      says: 'degraded',
      parts: { outbox: 'up' },
    });
    await usher.database.sql(`UPDATE usher.outbox SET posted_at = posted_at - interval '2 minutes'`);
    const other = await beside({});
    const parts = { ...allUp, outbox: 'degraded' };
    expect(await readiness(other)).toEqual({ status: 200, says: 'degraded', parts });
    await usher.database.sql('DELETE FROM usher.outbox');
  });

  it("is degraded if the pool's signing keys are unavailable", async () => {
    const api = await beside({ COGNITO_JWKS_URL: 'http://127.0.0.1:1/' });
    const parts = { ...allUp, cognito: 'degraded' };
    expect(await readiness(api)).toEqual({ status: 200, says: 'degraded', parts });
  });

  it('omits parts that are not configured', async () => {
    const api = await beside({ SMTP_URL: '', MAIL_FROM: '' });
    expect(Object.keys((await readiness(api)).parts).sort()).toEqual(
      Object.keys(allUp)
        .filter((name) => name !== 'mail')
        .sort(),
    );
  });

  it('is degraded while a configured certificate is missing or its renewal is overdue', async () => {
    const acme = {
      ACME_CERTIFICATES: 'example.com',
      ACME_TERMS_AGREED: 'yes',
      ACME_DIRECTORY_URL: 'https://127.0.0.1:1/',
    };
    const first = await beside(acme);
    expect(await readiness(first)).toMatchObject({ status: 200, parts: { certificates: 'degraded' } });
    // The first run stores the configured certificates.
    while ((await usher.database.sql('SELECT 1 FROM usher.certificates WHERE failures > 0')).length === 0)
      await pause(20);
    const states = { '30 days': 'up', '17 days': 'degraded', '-1 day': 'degraded' };
    for (const [left, state] of Object.entries(states)) {
      await usher.database.sql(
        `UPDATE usher.certificates SET failures = 0, not_before = now() + $1::interval - interval '90 days',
          not_after = now() + $1::interval, next_order_at = now() + interval '1 hour'`,
        [left],
      );
      const api = await beside(acme);
      expect({ left, state: (await readiness(api)).parts.certificates }).toEqual({ left, state });
    }
  });
});

it('health checks are logged with LOG_LEVEL=debug only, and requests are not logged with LOG_LEVEL=warn', async () => {
  const linesOf = (id: string) =>
    usher
      .logLines()
      .map((line) => JSON.parse(line) as { requestId?: string; level: string; route?: string })
      .filter(({ requestId }) => requestId === id)
      .map(({ level, route }) => `${level} ${route}`);
  const [debug, warn] = [await beside({ LOG_LEVEL: 'debug' }), await beside({ LOG_LEVEL: 'warn' })];
  await debug.get('/health/live', { 'x-request-id': 'polls' });
  await usher.api.get('/health/live', { 'x-request-id': 'polls' });
  for (const api of [warn, debug]) await api.get('/nothing', { 'x-request-id': 'asks' });
  while (linesOf('asks').length === 0) await pause(20);
  expect([linesOf('polls'), linesOf('asks')]).toEqual([['debug /health/live'], ['info unknown']]);
});

it('metrics are available while the database is not', async () => {
  const proxy = await startTcpProxy(usher.database.url);
  closers.push(() => proxy.cut());
  const api = await beside({ DATABASE_URL: proxy.url });
  const before = await scrape(api);
  expect(valueOf(before, 'usher_sessions_live')).toBe(1);
  await proxy.cut();
  expect((await readiness(api)).status).toBe(503);
  // It polls every second.
  while ((await readiness(api)).parts.sessions === 'up') await pause(20);
  const without = await scrape(api);
  expect(valueOf(without, 'usher_health_part_up', { part: 'database' })).toBe(0);
  expect(valueOf(without, 'usher_sign_ins_total')).toBe(0);
  await proxy.restore();
});
