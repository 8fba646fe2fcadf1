import {
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { claimsOf, createUser, password, refusal, signIn } from '../support.js';
import { openTarget, type Target } from './target.js';

const email = 'ann@example.com';
let target: Target;
beforeAll(async () => {
  target = await openTarget(process.env);
  await createUser(target, email);
});
afterAll(() => target.close());

const kidOf = (token = '') =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
const refresh = ({ sdk, clientId }: Target, token: string | undefined) =>
  sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: token ?? '' },
    }),
  );
const getTokens = ({ sdk, clientId }: Target, RefreshToken: string | undefined) =>
  sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId: clientId, RefreshToken }));
const rotating = async (seconds: number): Promise<Target> => {
  const { ClientId = '' } = await target.addClient({
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: seconds },
  });
  return { ...target, clientId: ClientId };
};

// Developer guide: Understanding user pool JSON web tokens, Refresh tokens, Token revocation.
describe('tokens', () => {
  it('come from the pool as issuer and are signed with one of its two keys each', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    expect(claimsOf(tokens?.IdToken)['iss']).toBe(target.issuer());
    const answer = await fetch(`${target.issuer()}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: { kid: string; alg: string }[] };
    const kids = keys.map(({ kid }) => kid);
    expect(kids).toHaveLength(2);
    expect(kids).toEqual(expect.arrayContaining([kidOf(tokens?.IdToken), kidOf(tokens?.AccessToken)]));
    expect(kidOf(tokens?.IdToken)).not.toBe(kidOf(tokens?.AccessToken));
  });

  it('the ID token names the client as aud and has email_verified as a boolean', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    expect(claimsOf(tokens?.IdToken)).toMatchObject({
      token_use: 'id',
      aud: target.clientId,
      email,
      email_verified: true,
      'cognito:username': expect.any(String),
    });
  });

  it('the access token has client_id, username and one scope, and no aud', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
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

  it('both share auth_time, origin_jti and event_id or have their own jti', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    const [id, access] = [claimsOf(tokens?.IdToken), claimsOf(tokens?.AccessToken)];
    expect([id['auth_time'], id['origin_jti']]).toEqual([access['auth_time'], access['origin_jti']]);
    expect(id['jti']).not.toBe(access['jti']);
    expect(Number(access['exp']) - Number(access['iat'])).toBe(3600);
  });

  it('GetUser says email_verified as text', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    const { UserAttributes } = await target.sdk.send(
      new GetUserCommand({ AccessToken: tokens?.AccessToken }),
    );
    expect(UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' });
  });
});

describe('refresh', () => {
  it('gives no refresh token and keeps auth_time and origin_jti', async () => {
    const { AuthenticationResult: first } = await signIn(target, email);
    for (const renew of [refresh, getTokens]) {
      const { AuthenticationResult: second } = await renew(target, first?.RefreshToken);
      expect(second?.RefreshToken).toBeUndefined();
      for (const claim of ['auth_time', 'origin_jti', 'sub']) {
        expect(claimsOf(second?.AccessToken)[claim]).toBe(claimsOf(first?.AccessToken)[claim]);
      }
    }
  });

  it('refuses garbage and the token of another client', async () => {
    expect((await refusal(refresh(target, 'garbage'))).name).toBe('NotAuthorizedException');
    const { AuthenticationResult: tokens } = await signIn(target, email);
    const { ClientId = '' } = await target.addClient({});
    const other = { ...target, clientId: ClientId };
    expect((await refusal(refresh(other, tokens?.RefreshToken))).name).toBe('NotAuthorizedException');
  });

  it('with rotation: REFRESH_TOKEN_AUTH is refused, the other operation gives a new token', async () => {
    const client = await rotating(60);
    const first = (await signIn(client, email)).AuthenticationResult?.RefreshToken;
    await refusal(refresh(client, first));
    const second = (await getTokens(client, first)).AuthenticationResult?.RefreshToken;
    expect(second).toEqual(expect.any(String));
    expect(second).not.toBe(first);
    // Within the grace period the old one works once more.
    expect((await getTokens(client, first)).AuthenticationResult?.AccessToken).toBeDefined();
  });

  it('with rotation and no grace: the old token is reuse', async () => {
    const client = await rotating(0);
    const first = (await signIn(client, email)).AuthenticationResult?.RefreshToken;
    await getTokens(client, first);
    expect(['RefreshTokenReuseException', 'NotAuthorizedException']).toContain(
      (await refusal(getTokens(client, first))).name,
    );
  });
});

describe('a client with a secret', () => {
  it('sends the hash at sign-in and refresh, over the true username there, and the secret itself elsewhere', async () => {
    const { ClientId = '', ClientSecret = '' } = await target.addClient({ GenerateSecret: true });
    const hash = (name: string) =>
      createHmac('sha256', ClientSecret)
        .update(name + ClientId)
        .digest('base64');
    const start = (
      AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH',
      AuthParameters: Record<string, string>,
    ) => target.sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow, AuthParameters }));
    const credentials = { USERNAME: email, PASSWORD: password };
    expect((await refusal(start('USER_PASSWORD_AUTH', credentials))).message).toBe(
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    const wrong = { ...credentials, SECRET_HASH: hash('other@example.com') };
    expect((await refusal(start('USER_PASSWORD_AUTH', wrong))).message).toBe(
      `Unable to verify secret hash for client ${ClientId}`,
    );
    const right = { ...credentials, SECRET_HASH: hash(email) };
    const tokens = (await start('USER_PASSWORD_AUTH', right)).AuthenticationResult;
    const REFRESH_TOKEN = tokens?.RefreshToken ?? '';
    const byAddress = { REFRESH_TOKEN, SECRET_HASH: hash(email) };
    expect((await refusal(start('REFRESH_TOKEN_AUTH', byAddress))).name).toBe('NotAuthorizedException');
    const username = String(claimsOf(tokens?.AccessToken)['username']);
    await start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN, SECRET_HASH: hash(username) });
    const plain = new GetTokensFromRefreshTokenCommand({
      ClientId,
      ClientSecret,
      RefreshToken: REFRESH_TOKEN,
    });
    expect((await target.sdk.send(plain)).AuthenticationResult?.AccessToken).toBeDefined();
  });
});

describe('sign-out', () => {
  const use = (AccessToken: string | undefined) => target.sdk.send(new GetUserCommand({ AccessToken }));

  it('RevokeToken ends the refresh token and its access tokens, twice without complaint (inferred)', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    const call = new RevokeTokenCommand({ ClientId: target.clientId, Token: tokens?.RefreshToken });
    await target.sdk.send(call);
    await target.sdk.send(call);
    expect((await refusal(refresh(target, tokens?.RefreshToken))).message).toMatch(/revoked/);
    expect((await refusal(use(tokens?.AccessToken))).message).toMatch(/revoked/);
  });

  it('RevokeToken takes refresh tokens only', async () => {
    const { AuthenticationResult: tokens } = await signIn(target, email);
    const call = new RevokeTokenCommand({ ClientId: target.clientId, Token: tokens?.AccessToken });
    expect((await refusal(target.sdk.send(call))).name).toBe('UnsupportedTokenTypeException');
  });

  it('GlobalSignOut ends every session', async () => {
    const one = (await signIn(target, email)).AuthenticationResult;
    const two = (await signIn(target, email)).AuthenticationResult;
    await target.sdk.send(new GlobalSignOutCommand({ AccessToken: one?.AccessToken }));
    expect((await refusal(use(two?.AccessToken))).message).toMatch(/revoked/);
    expect((await refusal(refresh(target, two?.RefreshToken))).name).toBe('NotAuthorizedException');
  });
});
