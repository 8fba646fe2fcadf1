import { describe, expect, it, jest } from '@jest/globals';
import { TokenVerifier } from '../../src/cognito/token-verifier.js';
import { AppError } from '../../src/common/errors/app-error.js';
import { exception } from '../support/fakes/cognito-proxy.js';
import {
  ada,
  bearer,
  bob,
  calls,
  signInWithCookie,
  signInWithTokens,
  statusWith,
} from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const refresh = (refreshToken: string, api = usher.api) => api.post('/auth/refresh', { refreshToken });

/** Ages revoked sessions by three days. The sign-in then deletes rows that are no longer needed. */
async function daysLater(): Promise<void> {
  await usher.database.sql(
    `UPDATE usher.sessions SET ended_at = ended_at - interval '3 days' WHERE ended_at IS NOT NULL`,
  );
  await signInWithTokens(usher.api, bob);
}

describe('a session that was revoked at Usher', () => {
  it('stays revoked days later when Cognito could not revoke it', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    const { body } = await usher.api.get('/auth/sessions', bearer(accessToken));
    const [session] = body as unknown as { id: string }[];
    usher.proxy.answerWith('RevokeToken', exception('UnsupportedOperationException'));
    await usher.api.delete(`/auth/sessions/${session?.id}`, bearer(accessToken));
    usher.proxy.answerWith('RevokeToken', undefined);
    await daysLater();
    const later = await usher.startProcess();
    expect((await refresh(refreshToken, later.api)).status).toBe(401);
  });

  it('stays revoked when its tokens could not be unsealed', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    const other = await usher.startProcess({ SESSION_SECRETS: 'quite-another-session-secret' });
    const { body } = await other.api.get('/auth/sessions', bearer(accessToken));
    const current = (body as unknown as { id: string; current: boolean }[]).find((one) => one.current);
    expect((await other.api.delete(`/auth/sessions/${current?.id}`, bearer(accessToken))).status).toBe(204);
    await daysLater();
    const later = await usher.startProcess();
    expect((await refresh(refreshToken, later.api)).status).toBe(401);
  });

  it('is revoked with all others also when the token of the request is already revoked at Cognito', async () => {
    const mine = await signInWithTokens(usher.api);
    const other = await signInWithTokens(usher.api);
    await usher.cognito.revokeToken({ ClientId: usher.clientId, Token: mine.refreshToken });
    expect(
      (await usher.api.post('/auth/sign-out-everywhere', undefined, bearer(mine.accessToken))).status,
    ).toBe(204);
    expect(await statusWith(usher.api, other.accessToken)).toBe(401);
    await until(() =>
      usher.proxy.calls.some(
        ({ operation, request }) => operation === 'RevokeToken' && request.Token === other.refreshToken,
      ),
    );
  });
});

describe('a session stays valid', () => {
  it('after a period in which the pool did not allow refreshes', async () => {
    const { refreshToken } = await signInWithTokens(usher.api);
    const off = exception(
      'InvalidParameterException',
      'GetTokensFromRefreshToken is not enabled for this client',
    );
    usher.proxy.answerWith('GetTokensFromRefreshToken', off);
    expect((await refresh(refreshToken)).status).toBe(500);
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    expect((await refresh(refreshToken)).status).toBe(200);
    expect(usher.logLines().join()).toContain('cognito.misconfigured');
  });

  it('with its cookie when its access token is no longer accepted', async () => {
    const browser = await signInWithCookie(usher, ada);
    const before = calls(usher, 'GetTokensFromRefreshToken');
    // As when the pool no longer publishes the signing key.
    const verifier = usher.app.get(TokenVerifier);
    jest.spyOn(verifier, 'verifyAccessToken').mockRejectedValueOnce(new AppError('auth.token_invalid'));
    expect((await browser.get('/users/me')).status).toBe(200);
    expect(calls(usher, 'GetTokensFromRefreshToken')).toBe(before + 1);
  });
});

describe('a user disabled at Usher', () => {
  it('cannot change authenticator apps with an earlier token', async () => {
    const { accessToken } = await signInWithTokens(usher.api, bob);
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE email = $1', [bob.email]);
    expect((await usher.api.delete('/auth/mfa/totp', bearer(accessToken))).status).toBe(401);
    const verify = await usher.api.post('/auth/mfa/totp/verify', { code: '123456' }, bearer(accessToken));
    expect(verify.status).toBe(401);
    await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE email = $1', [bob.email]);
  });
});
