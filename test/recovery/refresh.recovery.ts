import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/common/clock/clock.js';
import { SessionsRepository } from '../../src/sessions/persistence/sessions.repository.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import {
  ada,
  bob,
  calls,
  changeLastSession,
  lastSession,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { startTcpProxy } from '../support/fakes/tcp-proxy.js';
import { rotation } from '../support/builders/test-pool.js';
import { startUsher, openUsher } from '../support/drivers/usher.js';

const settings = [
  ['without rotation', undefined],
  ['with rotation and no grace', rotation(0)],
  ['with rotation and a grace period', rotation(10)],
] as const;

describe.each(settings)('refresh %s', (_name, client) => {
  const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });
  const codeOf = async (refreshToken: string) => (await refresh(refreshToken)).body.code;

  const usher = openUsher({ client });

  it('answers 50 concurrent requests with one refresh at Cognito', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const before = calls(usher, 'GetTokensFromRefreshToken');
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    // Without rotation a late request is a further refresh.
    if (client) expect(calls(usher, 'GetTokensFromRefreshToken')).toBe(before + 1);
    const last = answers.at(-1)?.body.tokens;
    expect(await statusWith(usher.api, last?.accessToken ?? '')).toBe(200);
    expect((await refresh(last?.refreshToken ?? '')).status).toBe(200);
  });

  it('can be repeated', async () => {
    let { refreshToken } = await signInWithTokens(usher.api);
    for (let count = 0; count < 5; count += 1) {
      const { body } = await refresh(refreshToken);
      expect(body.tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600 });
      refreshToken = body.tokens?.refreshToken ?? '';
      expect(await statusWith(usher.api, body.tokens?.accessToken ?? '')).toBe(200);
    }
  });

  it('is refused when Cognito has revoked the session', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    await usher.cognito.adminUserGlobalSignOut({
      UserPoolId: usher.userPoolId,
      Username: ada.email,
    });
    expect(await codeOf(refreshToken)).toBe('auth.token_invalid');
    expect(await lastSession(usher, 'ended_reason')).toEqual({ ended_reason: 'ended at Cognito' });
  });
});

describe('a refresh token that was replaced', () => {
  const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });
  const rotate = async (refreshToken: string) => {
    const { body } = await refresh(refreshToken);
    if (!body.tokens) throw new Error('not refreshed');
    return body.tokens;
  };

  const usher = openUsher({ client: rotation(0) });

  it('returns the current tokens for 10 seconds', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const first = await rotate(refreshToken);
    const repeated = await rotate(refreshToken);
    expect(repeated).toEqual({ ...first, expiresIn: expect.any(Number) });
    expect(repeated.expiresIn).toBeGreaterThan(3500);
    expect((await refresh(first.refreshToken)).status).toBe(200);
  });

  it('is refused after the session was revoked, also if Cognito has not revoked it', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const current = await rotate(refreshToken);
    usher.proxy.answerWith('RevokeToken', exception('InternalErrorException', '', 500));
    await usher.api.post('/auth/sign-out', { refreshToken: current.refreshToken });
    usher.proxy.answerWith('RevokeToken', undefined);
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
  });

  it('revokes the session when it is used later', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const current = await rotate(refreshToken);
    const { id } = await lastSession<{ id: string }>(usher, 'id');
    await usher.database.sql(
      `UPDATE usher.session_refresh_tokens SET replaced_at = now() - interval '11 seconds'
       WHERE session_id = $1 AND replaced_at IS NOT NULL`,
      [id],
    );
    const revocations = calls(usher, 'RevokeToken');
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await statusWith(usher.api, current.accessToken)).toBe(401);
    expect((await refresh(current.refreshToken)).body.code).toBe('auth.token_invalid');
    expect(calls(usher, 'RevokeToken')).toBe(revocations + 1);
    expect(usher.proxy.calls.at(-1)?.request.Token).toBe(current.refreshToken);
    expect(await lastSession(usher, 'ended_reason, tokens')).toEqual({ ended_reason: 'reuse', tokens: null });
    const line = usher.logLines().find((text) => text.includes('refresh token reuse'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 'error',
      alarm: 'sessions.token_reuse',
      session: id,
      detection: 'replaced_token',
    });
  });

  it('is not treated as a reuse when another process has just refreshed the session', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    // The lease of the other process expires before its tokens are stored; Cognito reports a reuse to this process.
    usher.proxy.answerWith('GetTokensFromRefreshToken', (response) => {
      void changeLastSession(usher, 'version = version + 1').then(() =>
        exception('RefreshTokenReuseException')(response),
      );
    });
    const { status } = await refresh(refreshToken);
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    expect(status).toBe(200);
    expect(await lastSession(usher, 'ended_at')).toEqual({ ended_at: null });
  });
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
});

it('keeps new tokens when the database is unavailable after the answer of Cognito, independent of the wall clock', async () => {
  const usher = await startUsher({ client: rotation(0) });
  closers.push(() => usher.close());
  const proxy = await startTcpProxy(usher.database.url);
  closers.push(() => proxy.cut());
  const { app, api, close } = await usher.startBeside({ DATABASE_URL: proxy.url });
  closers.push(close);
  const { refreshToken } = await signInWithTokens(api);
  const repository = app.get(SessionsRepository, { strict: false });
  const save = repository.saveRenewal.bind(repository);
  const saving = jest.spyOn(repository, 'saveRenewal').mockImplementation(async (...renewal) => {
    if (saving.mock.calls.length === 1) await proxy.cut();
    if (saving.mock.calls.length === 3) await proxy.restore();
    return save(...renewal);
  });
  const anHourAhead = () => new Date(Date.now() + saving.mock.calls.length * 3_600_000);
  jest.spyOn(app.get(Clock, { strict: false }), 'now').mockImplementation(anHourAhead);
  const { status, body } = await api.post('/auth/refresh', { refreshToken });
  expect([status, saving.mock.calls.length]).toEqual([200, 3]);
  expect((await usher.api.post('/auth/refresh', { refreshToken: body.tokens?.refreshToken })).status).toBe(
    200,
  );
});

describe('the refresh of a session', () => {
  const refresh = (refreshToken: string) => usher.api.post('/auth/refresh', { refreshToken });

  const usher = openUsher();

  it.each([
    ['idle timeout', `last_used_at = now() - interval '14 days'`],
    ['absolute timeout', `created_at = now() - interval '30 days'`],
  ])(
    'is refused after expiry, and the session is revoked here and at Cognito: %s',
    async (_name, assignment) => {
      const { refreshToken, accessToken } = await signInWithTokens(usher.api);
      const { id } = await lastSession<{ id: string }>(usher, 'id');
      await usher.database.sql(`UPDATE usher.sessions SET ${assignment} WHERE id = $1`, [id]);
      const refreshes = calls(usher, 'GetTokensFromRefreshToken');
      expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
      expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
      expect(calls(usher, 'GetTokensFromRefreshToken')).toBe(refreshes);
      expect(usher.proxy.calls.at(-1)).toMatchObject({
        operation: 'RevokeToken',
        request: { Token: refreshToken },
      });
      expect(await statusWith(usher.api, accessToken)).toBe(401);
      const [row] = await usher.database.sql('SELECT ended_reason FROM usher.sessions WHERE id = $1', [id]);
      expect(row).toEqual({ ended_reason: 'expired' });
    },
  );

  it.each([
    ['shortly before the idle timeout', `last_used_at = now() - interval '13 days 23 hours'`],
    ['shortly before the absolute timeout', `created_at = now() - interval '29 days 23 hours'`],
  ])('succeeds: %s', async (_name, assignment) => {
    const { refreshToken } = await signInWithTokens(usher.api);
    await changeLastSession(usher, assignment);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('updates the time of the last use', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    await changeLastSession(usher, `last_used_at = now() - interval '13 days'`);
    await refresh(refreshToken);
    const { recent } = await lastSession<{ recent: boolean }>(
      usher,
      `last_used_at > now() - interval '1 minute' AS recent`,
    );
    expect(recent).toBe(true);
  });

  it.each([
    ['disabled', `UPDATE users SET usher_disabled_at = now() WHERE id = 2`],
    ['deleted', `DELETE FROM users WHERE id = 2`],
  ])('is refused and revokes the session when its user was %s', async (_name, change) => {
    const { refreshToken, accessToken } = await signInWithTokens(usher.api, bob);
    await usher.database.sql(change);
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
    await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE id = 2');
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
    expect(await statusWith(usher.api, accessToken)).toBe(401);
    expect(await lastSession(usher, 'ended_reason')).toEqual({ ended_reason: 'user disabled' });
  });

  it('can be repeated after Cognito was unavailable', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    usher.proxy.answerWith('GetTokensFromRefreshToken', exception('InternalErrorException', '', 500));
    const { status, body } = await refresh(refreshToken);
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'cognito.unavailable' });
    expect(await lastSession(usher, 'ended_at, renewal_lease_until')).toEqual({
      ended_at: null,
      renewal_lease_until: null,
    });
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('waits until the lease of another process has expired', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    await changeLastSession(usher, `renewal_lease_until = now() + interval '400 milliseconds'`);
    const begun = Date.now();
    expect((await refresh(refreshToken)).status).toBe(200);
    expect(Date.now() - begun).toBeGreaterThan(300);
  });

  it('revokes the new token when the session was revoked while Cognito answered', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    usher.proxy.answerWith('GetTokensFromRefreshToken', (response) => {
      const result = { AccessToken: 'a.b.c', IdToken: 'a.b.c', RefreshToken: 'late', ExpiresIn: 1 };
      void changeLastSession(usher, 'ended_at = now()').then(() =>
        response.end(JSON.stringify({ AuthenticationResult: result })),
      );
    });
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
    expect(usher.proxy.calls.at(-1)).toMatchObject({ operation: 'RevokeToken', request: { Token: 'late' } });
  });

  it('needs no row for a session of another client, and is refused after its user was disabled', async () => {
    await signInWithTokens(usher.api);
    const direct = await usher.cognito.initiateAuth({
      ClientId: usher.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: ada.email, PASSWORD: ada.password },
    });
    const { RefreshToken: refreshToken = '' } = direct.AuthenticationResult ?? {};
    expect((await refresh(refreshToken)).status).toBe(200);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = 1');
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
    await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE id = 1');
    expect((await refresh(refreshToken)).body.code).toBe('auth.token_invalid');
  });

  it('is refused without a token and without a cookie', async () => {
    expect((await usher.api.post('/auth/refresh')).body.code).toBe('auth.token_invalid');
    expect((await usher.api.post('/auth/refresh', {})).body.code).toBe('auth.token_invalid');
    expect((await usher.api.post('/auth/refresh', { refreshToken: '' })).status).toBe(422);
  });
});
