import { describe, expect, it } from '@jest/globals';
import { untilWaiting } from '../support/drivers/database.js';
import { allMailsSent, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import {
  calls,
  lastSession,
  signInElsewhere,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { rotation } from '../support/builders/test-pool.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ client: rotation(0) });

const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });
const signOut = (refreshToken: string) => usher.api.post('/auth/sign-out', { refreshToken });

async function person(name: string) {
  const email = `${name}@example.com`;
  await createPoolUser(usher, email);
  return { email, password: poolPassword };
}

const refreshAtCognito = (refreshToken: string) =>
  usher.cognito.getTokensFromRefreshToken({ ClientId: usher.clientId, RefreshToken: refreshToken });

const revokedTokens = () =>
  usher.proxy.calls.flatMap(({ operation, request }) => (operation === 'RevokeToken' ? [request.Token] : []));

const reasonsOf = (email: string) =>
  usher.database.sql<{ reason: string }>(
    `SELECT ended_reason AS reason FROM usher.sessions JOIN users ON cognito_sub = sub WHERE email = $1`,
    [email],
  );

const alarms = () => usher.logLines().filter((line) => line.includes('"sessions.token_reuse"'));

/** Terminates the connections that wait for a lock. */
const endWaiting = () =>
  usher.database.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );

/** Runs `work` while another transaction holds the locks of `statement`. */
async function whileLocked(
  statement: string,
  work: (unlock: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const client = await usher.database.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
    await work(() => client.query('COMMIT'));
  } finally {
    await client.end();
  }
}

describe('a session that is revoked during its refresh', () => {
  it('has its newest refresh token revoked at Cognito', async () => {
    const mine = await signInWithTokens(usher.api, await person('renewing'));
    const { id } = await lastSession<{ id: string }>(usher, 'id');
    const { done, release } = usher.proxy.holdAnswer('GetTokensFromRefreshToken');
    const refreshing = refresh(mine.refreshToken);
    await done;
    await whileLocked(`SELECT 1 FROM usher.sessions WHERE id = '${id}' FOR UPDATE`, async (unlock) => {
      release();
      await untilWaiting(usher.database, 1);
      const ending = signOut(mine.refreshToken);
      await untilWaiting(usher.database, 2);
      await unlock();
      expect((await ending).status).toBe(204);
    });
    const { body } = await refreshing;
    expect(revokedTokens()).toContain(body.tokens?.refreshToken);
  });

  it('gets no tokens when the revocation comes first, and the new refresh token is revoked', async () => {
    const mine = await signInWithTokens(usher.api, await person('ending-first'));
    const { done, release } = usher.proxy.holdAnswer('GetTokensFromRefreshToken');
    const refreshing = refresh(mine.refreshToken);
    await done;
    expect((await signOut(mine.refreshToken)).status).toBe(204);
    release();
    expect((await refreshing).status).toBe(401);
    const renewed = usher.proxy.calls.findLast(({ operation }) => operation === 'GetTokensFromRefreshToken');
    const { RefreshToken } = renewed?.answer.AuthenticationResult as { RefreshToken: string };
    expect(revokedTokens()).toContain(RefreshToken);
  });
});

describe('a session of another client', () => {
  it('is not lost when the database fails after Cognito has rotated its token', async () => {
    const foreign = await signInElsewhere(usher, await person('foreign'));
    const { done, release } = usher.proxy.holdAnswer('GetTokensFromRefreshToken');
    const refreshing = refresh(foreign.refreshToken);
    await done;
    await whileLocked('LOCK TABLE usher.sessions', async (unlock) => {
      release();
      await untilWaiting(usher.database, 1);
      await endWaiting();
      await unlock();
    });
    const { status, body } = await refreshing;
    expect(status).toBe(200);
    expect((await refresh(body.tokens?.refreshToken ?? '')).status).toBe(200);
  });
});

describe('the alarm of a rotated refresh token', () => {
  it.each([
    ['owner', 'refused_by_cognito'],
    ['thief', 'unknown_token'],
  ])('is raised for the %s although the database fails while it is recorded', async (who, detection) => {
    const owner = await person(`database-fails-${who}`);
    const mine = await signInWithTokens(usher.api, owner);
    const stolen = await refreshAtCognito(mine.refreshToken);
    const token = who === 'owner' ? mine.refreshToken : stolen.AuthenticationResult?.RefreshToken;
    const before = alarms().length;
    await whileLocked('LOCK TABLE usher.outbox', async (unlock) => {
      const refreshing = refresh(token ?? '');
      await untilWaiting(usher.database, 1);
      await endWaiting();
      await unlock();
      const { status, body } = await refreshing;
      expect([status, body.tokens]).toEqual([401, undefined]);
    });
    expect(await reasonsOf(owner.email)).toEqual([{ reason: 'reuse' }]);
    expect(alarms().slice(before)).toEqual([expect.stringContaining(`"${detection}"`)]);
    await allMailsSent(usher);
    expect(subjectsTo(usher, owner.email)).toHaveLength(1);
    const again = await signInWithTokens(usher.api, owner);
    expect(await statusWith(usher.api, again.accessToken)).toBe(200);
  });

  it('is raised once when owner and thief refresh at the same time, in two processes', async () => {
    const owner = await person('both-at-once');
    const mine = await signInWithTokens(usher.api, owner);
    const { id } = await lastSession<{ id: string }>(usher, 'id');
    const stolen = await refreshAtCognito(mine.refreshToken);
    const other = await usher.startProcess();
    const before = calls(usher, 'GetTokensFromRefreshToken');
    await whileLocked(`SELECT 1 FROM usher.sessions WHERE id = '${id}' FOR UPDATE`, async (unlock) => {
      const token = stolen.AuthenticationResult?.RefreshToken ?? '';
      const thief = other.api.post('/auth/refresh', { refreshToken: token });
      await untilWaiting(usher.database, 1);
      const both = [thief, refresh(mine.refreshToken)];
      await untilWaiting(usher.database, 2);
      await unlock();
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([401, 401]);
    });
    expect(calls(usher, 'GetTokensFromRefreshToken')).toBeGreaterThan(before);
    expect(
      await usher.database.sql(`SELECT 1 FROM usher.audit WHERE details->>'session' = $1`, [id]),
    ).toHaveLength(1);
    await allMailsSent(usher);
    expect(subjectsTo(usher, owner.email)).toHaveLength(1);
    await until(async () => (await statusWith(usher.api, mine.accessToken)) === 401);
  });
});
