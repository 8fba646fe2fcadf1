import { describe, expect, it } from '@jest/globals';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { apiClient } from '../support/drivers/api-client.js';
import { json } from '../support/fakes/cognito-proxy.js';
import { ada, bearer, signInWithCookie, signInWithTokens, statusWith } from '../support/drivers/sessions.js';
import { until } from '../support/drivers/until.js';
import { openUsherBehindProxy } from '../support/drivers/usher.js';

describe('sessions during database outages', () => {
  const { usher, way } = openUsherBehindProxy();

  it('returns overloaded, keeps the cookie and works again afterwards', async () => {
    const browser = await signInWithCookie(usher);
    const { body } = await usher.api.signIn(ada.email, ada.password);
    const { refreshToken } = body.tokens ?? {};
    await way.cut();
    for (const answer of [
      await browser.get('/users/me'),
      await browser.post('/auth/refresh'),
      await browser.post('/auth/sign-out'),
      await apiClient(usher.url).post('/auth/refresh', { refreshToken }),
      await apiClient(usher.url).post('/auth/sign-out', { refreshToken }),
    ]) {
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'overloaded' });
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect(browser.cookies.has('usher_session')).toBe(true);
    await way.restore();
    expect((await browser.get('/users/me')).status).toBe(200);
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(200);
    expect((await browser.post('/auth/sign-out')).status).toBe(204);
    expect(
      usher.logLines().filter((line) => line.includes('failed to read revoked sessions')).length,
    ).toBeLessThan(2);
  });

  it('loses no token when the outage starts during a refresh at Cognito', async () => {
    const { body } = await usher.api.signIn(ada.email, ada.password);
    const { accessToken, idToken, refreshToken } = body.tokens ?? {};
    let mending: NodeJS.Timeout | undefined;
    usher.proxy.answerWith('GetTokensFromRefreshToken', (response) => {
      const tokens = { AccessToken: accessToken, IdToken: idToken, RefreshToken: 'rotated', ExpiresIn: 60 };
      void way.cut().then(() => {
        json({ AuthenticationResult: tokens })(response);
        mending = setTimeout(() => void way.restore(), 1000);
      });
    });
    const refreshed = await usher.api.post('/auth/refresh', { refreshToken });
    usher.proxy.answerWith('GetTokensFromRefreshToken', undefined);
    clearTimeout(mending);
    await way.restore();
    expect(refreshed.body.tokens?.refreshToken).toBe('rotated');
    const repeated = await usher.api.post('/auth/refresh', { refreshToken });
    expect(repeated.body.tokens?.refreshToken).toBe('rotated');
  });

  it('accepts a sign-in directly after the outage that follows a sign-out everywhere', async () => {
    const { accessToken } = await signInWithTokens(usher.api);
    expect((await usher.api.post('/auth/sign-out-everywhere', {}, bearer(accessToken))).status).toBe(204);
    const ended = usher.app.get(RevocationList);
    await until(() => ended.isUpToDate);
    await way.cut();
    await until(() => !ended.isUpToDate);
    expect((await usher.api.signIn(ada.email, ada.password)).body.code).toBe('overloaded');
    await way.restore();
    expect((await usher.api.signIn(ada.email, ada.password)).status).toBe(200);
  });

  it('returns overloaded while the database does not respond', async () => {
    const browser = await signInWithCookie(usher);
    const { accessToken, refreshToken } = await signInWithTokens(usher.api);
    way.hang();
    expect((await browser.get('/users/me')).body.code).toBe('overloaded');
    await way.restore();
    expect((await browser.get('/users/me')).status).toBe(200);
    expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
    expect(await statusWith(usher.api, accessToken)).toBe(401);
  });
});
