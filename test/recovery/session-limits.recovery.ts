import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { SessionResponse } from '#contracts';
import type { ApiClient } from '../support/drivers/api-client.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import {
  bearer,
  signInElsewhere,
  signInWithCookie,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

let owner: { email: string; password: string };
let people = 0;
const usher = openUsher();
beforeEach(async () => {
  owner = { email: `person-${(people += 1)}@example.com`, password: poolPassword };
  await createPoolUser(usher, owner.email);
});

const rows = (condition: string, ...values: unknown[]) =>
  usher.database.sql<{ id: string; reason: string | null; revoked: boolean }>(
    `SELECT s.id, ended_reason AS reason, revoked_at IS NOT NULL AS revoked
     FROM usher.sessions s JOIN users u ON u.id = user_id WHERE email = $1 AND ${condition}`,
    [owner.email, ...values],
  );
const live = () => rows('ended_at IS NULL');
const endedFor = (reason: string) => rows('ended_reason = $2', reason);

const audited = async (action: string) =>
  usher.database.sql<{ actorId: number; details: Record<string, unknown> }>(
    `SELECT actor_id AS "actorId", details FROM usher.audit JOIN users ON users.id = user_id
     WHERE email = $1 AND action = $2`,
    [owner.email, action],
  );

/** Creates live sessions as an earlier release did. */
async function fill(count: number): Promise<void> {
  await usher.database.sql(
    `INSERT INTO usher.sessions (id, user_id, sub, client_id, mode, origin_jti, access_expires_at, created_at, last_used_at)
     SELECT gen_random_uuid(), id, cognito_sub, 'client', 'tokens', gen_random_uuid()::text, now(),
       now() - interval '2 days', now() - n * interval '1 minute'
     FROM users, generate_series(1, $2::int) AS n WHERE email = $1`,
    [owner.email, count],
  );
}

describe('the number of live sessions', () => {
  it('is at most 50, also with concurrent sign-ins of two processes', async () => {
    await signInWithTokens(usher.api, owner);
    await fill(47);
    const other = await usher.startProcess();
    const signIns = Array.from({ length: 12 }, (_one, n) =>
      signInWithTokens(n % 2 === 0 ? usher.api : other.api, owner),
    );
    const tokens = await Promise.all(signIns);
    expect(await live()).toHaveLength(50);
    expect(await endedFor('too many sessions')).toHaveLength(10);
    for (const { accessToken } of tokens) expect(await statusWith(usher.api, accessToken)).toBe(200);
  });

  it('is kept by revoking the least recently used session, here at once and at Cognito in the background', async () => {
    const used = await signInWithTokens(usher.api, owner);
    const unused = await signInWithTokens(usher.api, owner);
    await usher.database.sql(
      `UPDATE usher.sessions SET last_used_at = now() - interval '1 day' WHERE id = ANY ($1::uuid[])`,
      [(await live()).map(({ id }) => id)],
    );
    expect((await usher.api.post('/auth/refresh', { refreshToken: used.refreshToken })).status).toBe(200);
    await fill(48);
    const { done, release } = usher.proxy.holdAnswer('RevokeToken');
    await signInWithTokens(usher.api, owner);
    expect(await statusWith(usher.api, unused.accessToken)).toBe(401);
    expect(await statusWith(usher.api, used.accessToken)).toBe(200);
    await done;
    expect(usher.proxy.calls.at(-1)).toMatchObject({
      operation: 'RevokeToken',
      request: { Token: unused.refreshToken },
    });
    release();
    await until(async () => (await endedFor('too many sessions')).every(({ revoked }) => revoked));
  });

  it('is reduced in steps of 200 for a user with more sessions of an earlier release', async () => {
    await signInWithTokens(usher.api, owner);
    await fill(300);
    await signInWithTokens(usher.api, owner);
    expect(await live()).toHaveLength(102);
    await signInWithTokens(usher.api, owner);
    expect(await live()).toHaveLength(50);
  });
});

describe('revocation of all sessions', () => {
  it('answers before Cognito has revoked them, and leaves none live', async () => {
    const mine = await signInWithTokens(usher.api, owner);
    const other = await signInWithTokens(usher.api, owner);
    await fill(1000);
    await usher.cognito.revokeToken({ ClientId: usher.clientId, Token: mine.refreshToken });
    const held: ServerResponse[] = [];
    usher.proxy.answerWith('RevokeToken', (response) => held.push(response));
    const { status } = await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(mine.accessToken));
    expect(status).toBe(204);
    expect(await live()).toEqual([]);
    expect(await statusWith(usher.api, other.accessToken)).toBe(401);
    usher.proxy.answerWith('RevokeToken', undefined);
    await until(async () => {
      for (const response of held.splice(0)) response.end('{}');
      return (await rows('revoked_at IS NULL')).length === 0;
    });
  }, 90_000);

  it('is recorded in the audit log', async () => {
    const { accessToken } = await signInWithTokens(usher.api, owner);
    await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(accessToken));
    await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(accessToken));
    const [{ id } = { id: 0 }] = await usher.database.sql<{ id: number }>(
      'SELECT id::int FROM users WHERE email = $1',
      [owner.email],
    );
    expect(await audited('sign-out-everywhere')).toEqual([{ actorId: String(id), details: {} }]);
  });
});

describe('the list of sessions', () => {
  const cursor = (lastUse: string) =>
    Buffer.from(`${lastUse} 00000000-0000-4000-8000-000000000000`).toString('base64url');
  const read = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(new URL(path, usher.url), { headers });
    const body = (await response.json()) as SessionResponse[];
    return {
      status: response.status,
      body,
      next: /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1],
    };
  };

  it('has pages linked by the header Link', async () => {
    const { accessToken } = await signInWithTokens(usher.api, owner);
    await fill(7);
    const all = await read('/auth/sessions', bearer(accessToken));
    expect(all.body).toHaveLength(8);
    expect(all.next).toBeUndefined();
    const ids: string[] = [];
    const sizes: number[] = [];
    for (let path: string | undefined = '/auth/sessions?limit=3'; path !== undefined;) {
      const page = await read(path, bearer(accessToken));
      ids.push(...page.body.map(({ id }) => id));
      sizes.push(page.body.length);
      path = page.next;
    }
    expect(sizes).toEqual([3, 3, 2]);
    expect(ids).toEqual(all.body.map(({ id }) => id));
  });

  it('has 50 sessions on a page for a user with more', async () => {
    const { accessToken } = await signInWithTokens(usher.api, owner);
    await fill(51);
    const first = await read('/auth/sessions', bearer(accessToken));
    expect(first.body).toHaveLength(50);
    expect((await read(first.next ?? '', bearer(accessToken))).body).toHaveLength(2);
  });

  it.each([
    'limit=0',
    'limit=51',
    'limit=x',
    'after=x',
    'after=',
    'limit=2&limit=3',
    'limit=1e1',
    'after=x&after=y',
    ...['2026-99-99', '2026-02-30', '0000-01-01'].map((day) => `after=${cursor(`${day} 00:00:00+00`)}`),
    `after=${cursor('2026-01-01 24:00:00+00')}`,
  ])('refuses %s', async (query) => {
    const { accessToken } = await signInWithTokens(usher.api, owner);
    expect((await usher.api.get(`/auth/sessions?${query}`, bearer(accessToken))).status).toBe(422);
  });
});

describe('the revocation of a session by its owner', () => {
  it('is recorded in the audit log once', async () => {
    const browser = await signInWithCookie(usher, owner);
    await signInWithTokens(usher.api, owner);
    const { text } = await browser.get('/auth/sessions');
    const other = (JSON.parse(text) as SessionResponse[]).find(({ current }) => !current);
    const tries = [1, 2, 3].map(() => browser.delete(`/auth/sessions/${other?.id}`));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses).toContain(204);
    const entries = await audited('revoke-session');
    expect(entries.map(({ details }) => details)).toEqual([{ session: other?.id }]);
  });
});

describe('a sign-in in a browser that has a session', () => {
  const signIn = (browser: ApiClient, session: 'cookie' | 'tokens', password = owner.password) =>
    browser.post('/auth/sign-in', { email: owner.email, password, session });

  it('revokes the session of the replaced cookie, also at Cognito', async () => {
    const browser = await signInWithCookie(usher, owner);
    const [before] = await live();
    expect((await signIn(browser, 'cookie')).status).toBe(200);
    expect((await browser.get('/users/me')).status).toBe(200);
    expect((await endedFor('replaced')).map(({ id }) => id)).toEqual([before?.id]);
    expect(await live()).toHaveLength(1);
    await until(async () => (await endedFor('replaced')).every(({ revoked }) => revoked));
  });

  it('does not fail or wait when Cognito cannot revoke the old session', async () => {
    const browser = await signInWithCookie(usher, owner);
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    expect((await signIn(browser, 'cookie')).status).toBe(200);
    expect(await endedFor('replaced')).toHaveLength(1);
  });

  it('does not revoke the session when it is refused or in token mode', async () => {
    const browser = await signInWithCookie(usher, owner);
    expect((await signIn(browser, 'cookie', 'wrong-password-1')).status).toBe(401);
    expect((await signIn(browser, 'tokens')).status).toBe(200);
    expect((await browser.get('/users/me')).status).toBe(200);
    expect(await endedFor('replaced')).toEqual([]);
  });

  it('ignores the cookie of a revoked session', async () => {
    const browser = await signInWithCookie(usher, owner);
    await usher.database.sql(
      `UPDATE usher.sessions SET ended_at = now(), ended_reason = 'signed out' WHERE id = $1`,
      [(await live())[0]?.id],
    );
    expect((await signIn(browser, 'cookie')).status).toBe(200);
    expect(await endedFor('replaced')).toEqual([]);
  });
});

it('does not count sessions of other clients', async () => {
  await signInWithTokens(usher.api, owner);
  const foreign = await signInElsewhere(usher, owner);
  await fill(49);
  await signInWithTokens(usher.api, owner);
  expect(await statusWith(usher.api, foreign.accessToken)).toBe(200);
});
