import { describe, expect, it } from '@jest/globals';
import { claimsOf, openTestPool, refusal, type TestPool } from './support.js';

const pool = openTestPool();

const refresh = ({ sdk, clientId }: TestPool, token: string | undefined) =>
  sdk.initiateAuth({
    ClientId: clientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: token ?? '' },
  });
const getTokens = ({ sdk, clientId }: TestPool, RefreshToken: string | undefined) =>
  sdk.getTokensFromRefreshToken({ ClientId: clientId, RefreshToken });

describe('refresh', () => {
  it('keeps auth_time and origin_jti and returns no refresh token', async () => {
    await pool.createUser('ann@example.com');
    const first = (await pool.signIn('ann@example.com')).AuthenticationResult;
    pool.server.clock.advanceBy(10_000);
    for (const renew of [refresh, getTokens]) {
      const { AuthenticationResult: tokens } = await renew(pool, first?.RefreshToken);
      expect(tokens?.RefreshToken).toBeUndefined();
      const [before, after] = [claimsOf(first?.AccessToken), claimsOf(tokens?.AccessToken)];
      expect(after['auth_time']).toBe(before['auth_time']);
      expect(after['origin_jti']).toBe(before['origin_jti']);
      expect(after['iat']).toBe(Number(before['iat']) + 10);
      expect(after['jti']).not.toBe(before['jti']);
    }
  });

  it('is refused after the refresh token has expired', async () => {
    const units = { RefreshToken: 'minutes', AccessToken: 'minutes', IdToken: 'minutes' } as const;
    const settings = {
      RefreshTokenValidity: 60,
      AccessTokenValidity: 5,
      IdTokenValidity: 5,
      TokenValidityUnits: units,
    };
    const short = await pool.withClient(settings);
    await pool.createUser('bea@example.com');
    const { AuthenticationResult: tokens } = await short.signIn('bea@example.com');
    expect(tokens?.ExpiresIn).toBe(300);
    pool.server.clock.advanceBy(300_000);
    const expired = refusal(pool.sdk.getUser({ AccessToken: tokens?.AccessToken }));
    expect((await expired).message).toBe('Access Token has expired');
    await refresh(short, tokens?.RefreshToken);
    pool.server.clock.advanceBy(55 * 60_000);
    expect((await refusal(refresh(short, tokens?.RefreshToken))).message).toBe('Refresh Token has expired');
  });

  it('is refused for another client and for a deleted user', async () => {
    await pool.createUser('cyd@example.com');
    const { AuthenticationResult: tokens } = await pool.signIn('cyd@example.com');
    const other = await pool.withClient();
    expect((await refusal(refresh(other, tokens?.RefreshToken))).message).toBe('Invalid Refresh Token');
    expect((await refusal(refresh(pool, 'made-up'))).message).toBe('Invalid Refresh Token');
    expect((await refusal(refresh(pool, tokens?.AccessToken))).message).toBe('Invalid Refresh Token');
    const user = { UserPoolId: pool.poolId, Username: 'cyd@example.com' };
    await pool.sdk.adminDeleteUser(user);
    expect((await refusal(refresh(pool, tokens?.RefreshToken))).name).toBe('NotAuthorizedException');
  });

  it('with rotation accepts the old token only in the grace period', async () => {
    const rotating = await pool.withClient({
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    });
    await pool.createUser('dan@example.com');
    const first = (await rotating.signIn('dan@example.com')).AuthenticationResult?.RefreshToken;
    expect((await refusal(refresh(rotating, first))).name).toBe('UnsupportedOperationException');
    const second = (await getTokens(rotating, first)).AuthenticationResult?.RefreshToken;
    expect(second).not.toBe(first);
    await getTokens(rotating, first);
    pool.server.clock.advanceBy(10_000);
    expect((await refusal(getTokens(rotating, first))).name).toBe('RefreshTokenReuseException');
    expect((await getTokens(rotating, second)).AuthenticationResult?.AccessToken).toBeDefined();
  });
});

describe('revocation', () => {
  const revoke = (Token: string | undefined, ClientId = pool.clientId) =>
    pool.sdk.revokeToken({ Token, ClientId });

  it('revokes the refresh token and its access tokens, and no other session', async () => {
    await pool.createUser('eve@example.com');
    const one = (await pool.signIn('eve@example.com')).AuthenticationResult;
    const two = (await pool.signIn('eve@example.com')).AuthenticationResult;
    const renewed = (await refresh(pool, one?.RefreshToken)).AuthenticationResult;
    await revoke(one?.RefreshToken);
    await revoke(one?.RefreshToken);
    expect((await refusal(refresh(pool, one?.RefreshToken))).message).toBe('Refresh Token has been revoked');
    for (const AccessToken of [one?.AccessToken, renewed?.AccessToken]) {
      const dead = refusal(pool.sdk.getUser({ AccessToken }));
      expect((await dead).message).toBe('Access Token has been revoked');
    }
    await pool.sdk.getUser({ AccessToken: two?.AccessToken });
  });

  it('accepts only refresh tokens of the same client', async () => {
    await pool.createUser('fay@example.com');
    const tokens = (await pool.signIn('fay@example.com')).AuthenticationResult;
    expect((await refusal(revoke(tokens?.AccessToken))).name).toBe('UnsupportedTokenTypeException');
    const other = await pool.createClient();
    expect((await refusal(revoke(tokens?.RefreshToken, other.ClientId))).name).toBe('UnauthorizedException');
    const without = await pool.createClient({ EnableTokenRevocation: false });
    expect((await refusal(revoke(tokens?.RefreshToken, without.ClientId))).name).toBe(
      'UnsupportedOperationException',
    );
    await expect(revoke('made-up')).resolves.toBeDefined();
  });
});
