import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { RateLimits } from '../../src/rate-limit/rate-limits.js';
import type { ApiClient } from '../support/drivers/api-client.js';
import { invite, temporaryPassword } from '../support/builders/pool-users.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { startTcpProxy, type TcpProxy } from '../support/fakes/tcp-proxy.js';
import { until } from '../support/drivers/until.js';
import { openUsher, startUsher, type Usher } from '../support/drivers/usher.js';
import { statuses, times } from '../support/drivers/rate-limits.js';

const usher = openUsher({
  // This test sets the caller's address, as a proxy on this machine.
  environment: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1' },
});
beforeAll(async () => {
  // Cheap hashes, so that the dummy hashes are cheap too: the cost of a check is not under test.
  await usher.database.sql('UPDATE users SET encrypted_password = $1', [bcrypt.hashSync(rightPassword, 4)]);
});
afterEach(() => usher.database.sql('DELETE FROM usher.rate_limits'));

const known = 'ada@example.com';
const rightPassword = 'correct horse battery staple';

const from = (address: string) => ({ 'x-forwarded-for': address });
const guess = (email: string, { api = usher.api, address = '203.0.113.1', password = 'wrong' } = {}) =>
  api.post('/auth/sign-in', { email, password }, from(address));

/** Sets counts or their expiry without sending as many requests. */
const changeCounts = (change: string, keys: string) =>
  usher.database.sql(`UPDATE usher.rate_limits SET ${change} WHERE key LIKE $1`, [keys]);
const counts = async () =>
  new Map(
    (
      await usher.database.sql<{ kind: string; points: number }>(
        `SELECT split_part(key, ':', 1) AS kind, sum(points)::int AS points FROM usher.rate_limits
         WHERE key NOT LIKE 'signed-in/%' GROUP BY 1`,
      )
    ).map(({ kind, points }) => [kind, points]),
  );

describe('attempts at one account', () => {
  it.each([known, 'nobody@example.com'])('are limited at the sixth wrong password, for %s', async (email) => {
    expect(await statuses(5, () => guess(email))).toEqual(times(5, 401));
    const sixth = await guess(` ${email.toUpperCase()} `, { address: '198.51.100.7' });
    expect({ status: sixth.status, code: sixth.body.code }).toEqual({
      status: 429,
      code: 'too_many_requests',
    });
    const { retryAfter } = sixth.body;
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(sixth.headers.get('retry-after')).toBe(String(retryAfter));
  });

  it('are limited with the same answer for existing and unknown accounts', async () => {
    const shapes = [];
    for (const email of [known, 'nobody@example.com']) {
      await statuses(5, () => guess(email));
      const { body, headers } = await guess(email);
      const { requestId, retryAfter, ...rest } = body;
      expect([typeof requestId, typeof retryAfter]).toEqual(['string', 'number']);
      shapes.push({ rest, names: [...headers.keys()].sort() });
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });

  it('cannot exceed the limit by concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => guess(known)));
    expect(answers.filter(({ status }) => status === 401).length).toBe(5);
    expect(answers.filter(({ status }) => status === 429).length).toBe(35);
  });

  it('are allowed again after a minute, and limited for the hour at the thirtieth', async () => {
    await statuses(6, () => guess(known));
    await changeCounts('expire = 0', 'sign-in/account/60:%');
    expect((await guess(known)).status).toBe(401);
    await changeCounts('points = 30', 'sign-in/account/3600:%');
    const refused = await guess(known);
    expect(refused.status).toBe(429);
    expect(refused.body.retryAfter).toBeGreaterThan(60);
    await changeCounts('expire = 0', 'sign-in/account/3600:%');
    expect((await guess(known)).status).toBe(401);
  });

  it('do not count with the right password', async () => {
    const signIn = () => guess(known, { password: rightPassword });
    expect(await statuses(4, () => guess(known))).toEqual(times(4, 401));
    for (let n = 0; n < 12; n += 1) {
      expect((await signIn()).status).toBe(200);
      // Points are refunded after the answer.
      while ((await counts()).get('sign-in/account/60') !== 4);
    }
    expect((await counts()).get('sign-in/address/60')).toBe(4);
    expect((await guess(known)).status).toBe(401);
    expect((await signIn()).status).toBe(429);
  });

  it('are refused in the language of the request', async () => {
    await statuses(5, () => guess(known));
    const { body } = await usher.api.post(
      '/auth/sign-in',
      { email: known, password: 'x' },
      { 'accept-language': 'it' },
    );
    expect(body.title).toBe('Troppi tentativi');
  });
});

describe('sign-ins that stop at a challenge', () => {
  it('count, because each may send a code', async () => {
    await invite(usher, 'invited@example.com');
    const signIn = () => guess('invited@example.com', { password: temporaryPassword });
    expect(await statuses(6, signIn)).toEqual([...times(5, 200), 429]);
  });
});

describe('attempts that fail because of an outage', () => {
  it('do not count, so that no account is locked after the outage', async () => {
    usher.proxy.answerWith('InitiateAuth', exception('InternalErrorException', '', 500));
    expect(await statuses(6, () => guess(known, { password: rightPassword }))).toEqual(times(6, 503));
    usher.proxy.answerWith('InitiateAuth', undefined);
    // The half-open circuit breaker allows a request every few seconds.
    const statusNow = async () => (await guess(known, { password: rightPassword })).status;
    let status = await statusNow();
    for (; status === 503; status = await statusNow()) await pause(50);
    expect(status).toBe(200);
  });

  it('do not count for requests of a mail either', async () => {
    usher.proxy.answerWith('ForgotPassword', exception('TooManyRequestsException'));
    const forget = () => usher.api.post('/passwords/forgot', { email: known }, from('203.0.113.1'));
    for (let n = 0; n < 6; n += 1) {
      expect((await forget()).status).toBe(503);
      // Points are refunded after the answer.
      while ((await counts()).get('forgot/account/3600') !== 0);
    }
    usher.proxy.answerWith('ForgotPassword', undefined);
    expect(await statuses(6, forget)).toEqual([...times(5, 202), 429]);
  });
});

describe('invented tokens', () => {
  it('cause at most sixty requests to Cognito a minute from one address', async () => {
    const refresh = () => usher.api.post('/auth/refresh', { refreshToken: 'made-up' }, from('203.0.113.9'));
    expect((await refresh()).status).toBe(401);
    await changeCounts('points = 60', 'refresh/address%');
    expect((await refresh()).status).toBe(429);
    const signOut = () => usher.api.post('/auth/sign-out', { refreshToken: 'made-up' }, from('203.0.113.9'));
    expect((await signOut()).status).toBe(204);
    await changeCounts('points = 300', 'sign-out/address%');
    expect((await signOut()).status).toBe(429);
  });
});

describe('attempts from one network', () => {
  const someAddress = (n: number) => `somebody-${n}@example.com`;
  const tryFrom = async (address: string) => (await guess(someAddress(Math.random()), { address })).status;

  it('are limited by address, without effect on neighbouring addresses', async () => {
    await tryFrom('203.0.113.1');
    await changeCounts('points = 59', 'sign-in/address/60:%');
    expect(await statuses(2, (n) => guess(someAddress(n)))).toEqual([401, 429]);
    expect(await tryFrom('203.0.113.2')).toBe(401);
  });

  it('do not count for accounts when they are refused', async () => {
    await tryFrom('203.0.113.1');
    await changeCounts('points = 60', 'sign-in/address/60:%');
    expect(await statuses(10, () => guess(known))).toEqual(times(10, 429));
    expect((await guess(known, { address: '203.0.113.2', password: rightPassword })).status).toBe(200);
  });

  it.each([
    ['203.0.113.1', '::ffff:203.0.113.200', '203.0.114.1'],
    ['2001:db8:1:2200::1', '2001:db8:1:22ff::1', '2001:db8:1:2300::1'],
  ])('are limited for the whole subnet of %s', async (address, neighbour, stranger) => {
    await tryFrom(address);
    await changeCounts('points = 300', 'sign-in/subnet/60:%');
    expect(await tryFrom(neighbour)).toBe(429);
    expect(await tryFrom(stranger)).toBe(401);
  });

  it('are counted together for all addresses of a /64, which one caller can use', async () => {
    await tryFrom('2001:db8:1:2200::1');
    await changeCounts('points = 60', 'sign-in/address/60:%');
    expect(await tryFrom('2001:db8:1:2200:ffff::9')).toBe(429);
  });
});

describe('forwarded addresses', () => {
  const addressesSeen = async (app: Usher) => {
    for (const address of ['203.0.113.1', '203.0.113.2, 127.0.0.1', 'nonsense']) {
      await app.api.post('/auth/sign-in', { email: 'x@example.com', password: 'x' }, from(address));
    }
    const [row] = await app.database.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM usher.rate_limits WHERE key LIKE 'sign-in/address/60:%'`,
    );
    return row?.count;
  };

  it('are used if a configured proxy sends them', async () => {
    expect(await addressesSeen(usher)).toBe(3);
  });

  it.each(['', '10.0.0.0/8,::1'])('are ignored from other hosts (TRUSTED_PROXIES=%s)', async (proxies) => {
    const exposed = await startUsher({
      environment: { RATE_LIMITS: 'on', TRUSTED_PROXIES: proxies },
    });
    const seen = await addressesSeen(exposed);
    await exposed.close();
    expect(seen).toBe(1);
  });
});

describe('mails', () => {
  it('are limited to five an hour by address, existing or not', async () => {
    const forgot = () =>
      usher.api.post('/passwords/forgot', { email: 'nobody@example.com' }, from('203.0.113.9'));
    expect(await statuses(6, forgot)).toEqual([...times(5, 202), 429]);
  });

  it('are limited to thirty an hour by network', async () => {
    const forgot = (n: number) =>
      usher.api.post('/passwords/forgot', { email: `nobody-${n}@example.com` }, from('203.0.113.9'));
    await forgot(0);
    await changeCounts('points = 29', 'forgot/address/3600:%');
    expect([(await forgot(1)).status, (await forgot(2)).status]).toEqual([202, 429]);
  });

  it('have codes with ten attempts by the address in the body, counted separately from those with the cookie', async () => {
    // Cognito's own limit is 20 requests and codes an hour, and other tests have used up some of them.
    const email = 'no-codes@example.com';
    const requested = await usher.api.post('/passwords/forgot', { email }, from('203.0.113.9'));
    const cookie = requested.headers.get('set-cookie')?.split(';')[0] ?? '';
    const body = { code: '123456', password: 'new-password-1', passwordConfirmation: 'new-password-1' };
    const byAddress = () => usher.api.post('/passwords/reset', { ...body, email });
    const byCookie = () => usher.api.post('/passwords/reset', body, { cookie });
    expect(await statuses(11, byAddress)).toEqual([...times(10, 422), 429]);
    expect(await statuses(5, byCookie)).toEqual(times(5, 422));
    await changeCounts('points = 10', 'reset/reset/3600:%');
    expect((await byCookie()).status).toBe(429);
  });
});

describe('the counter', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A process with its own counters on the same database. */
  async function another(environment: Record<string, string> = {}): Promise<ApiClient> {
    const { api, close } = await usher.startBeside(environment);
    closers.push(close);
    return api;
  }

  /** The same, with a database connection that can be interrupted. */
  async function anotherBehindProxy(): Promise<{ api: ApiClient; proxy: TcpProxy }> {
    const proxy = await startTcpProxy(usher.database.url);
    closers.push(() => proxy.cut());
    const api = await another({ DATABASE_URL: proxy.url });
    closers.push(() => proxy.restore());
    return { api, proxy };
  }

  it('is shared by all processes', async () => {
    const api = await another();
    expect(await statuses(3, () => guess(known))).toEqual(times(3, 401));
    expect(await statuses(3, () => guess(known, { api }))).toEqual([401, 401, 429]);
    expect((await guess(known)).status).toBe(429);
  });

  it('continues in each process during an outage of the database, and is shared again afterwards', async () => {
    const { api, proxy } = await anotherBehindProxy();
    /** Within a second of an outage a process answers sign-ins with 503, which count nowhere: an attempt must be faster. */
    const attempt = async (email: string): Promise<number[]> => {
      expect((await guess(email, { api })).status).toBe(401);
      await proxy.cut();
      const away = await Promise.all(Array.from({ length: 6 }, () => guess(email, { api })));
      await proxy.restore();
      expect((await counts()).get('sign-in/account/60')).toBe(1);
      await until(async () => (await guess(email, { api })).status === 401);
      expect((await counts()).get('sign-in/account/60')).toBe(2);
      return away.map(({ status }) => status).sort();
    };
    let away: number[] = [503];
    for (let attempts = 1; away.includes(503) && attempts <= 10; attempts++) {
      await usher.database.sql('DELETE FROM usher.rate_limits');
      away = await attempt(`away-${attempts}@example.com`);
    }
    expect(away).toEqual([...times(5, 401), 429]);
  });

  it('does not wait for a database that does not answer', async () => {
    const { api, proxy } = await anotherBehindProxy();
    proxy.hang();
    expect((await guess('hanging@example.com', { api })).status).toBe(401);
  });

  it('can be switched off', async () => {
    const api = await another({ RATE_LIMITS: 'off' });
    expect(await statuses(8, () => guess('off@example.com', { api }))).toEqual(times(8, 401));
    expect(
      await usher.database.sql(`SELECT 1 FROM usher.rate_limits WHERE key LIKE '%/account/%' AND points > 1`),
    ).toEqual([]);
  });

  // The count is stored after the answer.
  const counted = () => until(async () => (await counts()).size === 5);
  const ofPlaces = ['sign-in/address/3600', 'sign-in/address/60', 'sign-in/subnet/60'];

  it('is deleted after it expires', async () => {
    await guess(known).then(counted);
    await changeCounts('expire = 0', 'sign-in/account/%');
    await usher.app.get(RateLimits, { strict: false }).deleteExpired();
    expect([...(await counts()).keys()].sort()).toEqual(ofPlaces);
  });

  it('is deleted when the process that counted had a clock ahead', async () => {
    await guess(known).then(counted);
    await changeCounts('expire = expire + 3600000', 'sign-in/account/60:%');
    await usher.app.get(RateLimits, { strict: false }).deleteExpired();
    expect([...(await counts()).keys()].sort()).toEqual(['sign-in/account/3600', ...ofPlaces]);
  });

  it('does not limit /aws/auth, which the Lambda calls for all users from one address', async () => {
    const body = { email: known, password: 'x', access_token: usher.migrationToken };
    await usher.api.post('/aws/auth', body);
    // An API of an earlier test may still store counts of sign-ins.
    expect(
      await usher.database.sql(`SELECT 1 FROM usher.rate_limits WHERE key NOT LIKE 'sign%-in/%'`),
    ).toEqual([]);
  });

  it('stores neither e-mail nor IP addresses in plain text', async () => {
    await guess(known);
    const rows = await usher.database.sql('SELECT * FROM usher.rate_limits');
    expect(rows.length).toBe(8);
    expect(JSON.stringify(rows)).not.toMatch(/ada|example|203\.0/);
  });
});
