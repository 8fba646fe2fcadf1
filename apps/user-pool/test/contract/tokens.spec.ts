import { beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf, refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const email = 'ann@example.com';
const target = useTarget(process.env);
beforeAll(async () => {
  await target.createUser(email);
});

const kidOf = (token = '') =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
const refresh = ({ sdk, clientId }: Target, token: string | undefined) =>
  sdk.initiateAuth({
    ClientId: clientId,
    AuthFlow: 'REFRESH_TOKEN_AUTH',
    AuthParameters: { REFRESH_TOKEN: token ?? '' },
  });
const getTokens = ({ sdk, clientId }: Target, RefreshToken: string | undefined) =>
  sdk.getTokensFromRefreshToken({ ClientId: clientId, RefreshToken });
const rotating = async (seconds: number): Promise<Target> => {
  return target.withClient({
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: seconds },
  });
};

// Developer guide: Understanding user pool JSON web tokens, Refresh tokens, Token revocation.
describe('tokens', () => {
  it('have the pool as issuer and are each signed with one of its two keys', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    expect(claimsOf(tokens?.IdToken)['iss']).toBe(target.issuer());
    const answer = await fetch(`${target.issuer()}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: { kid: string; alg: string }[] };
    const kids = keys.map(({ kid }) => kid);
    expect(kids).toHaveLength(2);
    expect(kids).toEqual(expect.arrayContaining([kidOf(tokens?.IdToken), kidOf(tokens?.AccessToken)]));
    expect(kidOf(tokens?.IdToken)).not.toBe(kidOf(tokens?.AccessToken));
  });

  it('the ID token names the client as aud and has email_verified as a boolean', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    expect(claimsOf(tokens?.IdToken)).toMatchObject({
      token_use: 'id',
      aud: target.clientId,
      email,
      email_verified: true,
      'cognito:username': expect.any(String),
    });
  });

  it('the access token has client_id, username and one scope, and no aud', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    const claims = claimsOf(tokens?.AccessToken);
    expect(claims).toMatchObject({
      token_use: 'access',
      client_id: target.clientId,
      username: claims['sub'],
      scope: 'aws.cognito.signin.user.admin',
    });
    expect(claims['aud']).toBeUndefined();
    expect(claims['email']).toBeUndefined();
  });

  it.each(['sub', 'iss', 'iat', 'exp', 'auth_time', 'jti', 'origin_jti', 'event_id'])(
    'both contain %s',
    async (claim) => {
      const { AuthenticationResult: tokens } = await target.signIn(email);
      const type = ['iat', 'exp', 'auth_time'].includes(claim) ? Number : String;
      for (const token of [tokens?.IdToken, tokens?.AccessToken]) {
        expect(claimsOf(token)[claim]).toEqual(expect.any(type));
      }
    },
  );

  it('both share auth_time and origin_jti and have their own jti', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    const [id, access] = [claimsOf(tokens?.IdToken), claimsOf(tokens?.AccessToken)];
    expect([id['auth_time'], id['origin_jti']]).toEqual([access['auth_time'], access['origin_jti']]);
    expect(id['jti']).not.toBe(access['jti']);
  });

  it('jti and origin_jti come with token revocation, which is on by default', async () => {
    const client = await target.withClient({ EnableTokenRevocation: false });
    const { AuthenticationResult: tokens } = await client.signIn(email);
    for (const token of [tokens?.IdToken, tokens?.AccessToken]) {
      expect(claimsOf(token)).not.toHaveProperty('jti');
      expect(claimsOf(token)).not.toHaveProperty('origin_jti');
    }
  });

  const lives = (token: string | undefined) =>
    Number(claimsOf(token)['exp']) - Number(claimsOf(token)['iat']);

  it('ID and access tokens are valid for one hour by default', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    expect([lives(tokens?.IdToken), lives(tokens?.AccessToken)]).toEqual([3600, 3600]);
  });

  it('lifetimes of access and ID tokens without a unit are in hours', async () => {
    const client = await target.withClient({ IdTokenValidity: 2, AccessTokenValidity: 3 });
    const { AuthenticationResult: tokens } = await client.signIn(email);
    expect([lives(tokens?.IdToken), lives(tokens?.AccessToken)]).toEqual([7200, 10_800]);
    expect(tokens?.ExpiresIn).toBe(10_800);
  });

  it('the access token has that one scope with any AllowedOAuthScopes', async () => {
    const client = await target.withClient({
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      CallbackURLs: ['https://example.com/signed-in'],
      SupportedIdentityProviders: ['COGNITO'],
    });
    const { AuthenticationResult: tokens } = await client.signIn(email);
    expect(claimsOf(tokens?.AccessToken)['scope']).toBe('aws.cognito.signin.user.admin');
  });

  it('GetUser and AdminGetUser return email_verified as text', async () => {
    const { AuthenticationResult: tokens } = await target.signIn(email);
    const { UserAttributes } = await target.sdk.getUser({ AccessToken: tokens?.AccessToken });
    expect(UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' });
    const user = await target.sdk.adminGetUser({ UserPoolId: target.poolId, Username: email });
    expect(user.UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' });
  });
});

describe('refresh', () => {
  it('returns no refresh token and keeps auth_time and origin_jti', async () => {
    const { AuthenticationResult: first } = await target.signIn(email);
    for (const renew of [refresh, getTokens]) {
      const { AuthenticationResult: second } = await renew(target, first?.RefreshToken);
      expect(second?.RefreshToken).toBeUndefined();
      for (const claim of ['auth_time', 'origin_jti', 'sub']) {
        expect(claimsOf(second?.AccessToken)[claim]).toBe(claimsOf(first?.AccessToken)[claim]);
      }
    }
  });

  it('refuses invalid text and the token of another client', async () => {
    expect((await refusal(refresh(target, 'garbage'))).name).toBe('NotAuthorizedException');
    const { AuthenticationResult: tokens } = await target.signIn(email);
    const other = await target.withClient({});
    expect((await refusal(refresh(other, tokens?.RefreshToken))).name).toBe('NotAuthorizedException');
  });

  it('with rotation: REFRESH_TOKEN_AUTH is refused, and GetTokensFromRefreshToken returns a new token', async () => {
    const client = await rotating(60);
    const first = (await client.signIn(email)).AuthenticationResult?.RefreshToken;
    expect(
      target.either('InvalidParameterException', 'NotAuthorizedException', 'UnsupportedOperationException'),
    ).toContain((await refusal(refresh(client, first))).name);
    const second = (await getTokens(client, first)).AuthenticationResult?.RefreshToken;
    expect(second).toEqual(expect.any(String));
    expect(second).not.toBe(first);
    // The old one works once more in the grace period.
    expect((await getTokens(client, first)).AuthenticationResult?.AccessToken).toBeDefined();
  });

  it('with rotation and no grace period: use of the old token is reported as reuse', async () => {
    const client = await rotating(0);
    const first = (await client.signIn(email)).AuthenticationResult?.RefreshToken;
    await getTokens(client, first);
    expect(target.either('RefreshTokenReuseException', 'NotAuthorizedException')).toContain(
      (await refusal(getTokens(client, first))).name,
    );
  });
});
