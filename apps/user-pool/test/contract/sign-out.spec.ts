import { beforeAll, describe, expect, it } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify';
import { refusal } from '../support.js';
import { useTarget } from './target.js';

const email = 'ann@example.com';
const target = useTarget(process.env);
beforeAll(async () => {
  await target.createUser(email);
});

const who = (Username: string) => ({ UserPoolId: target.poolId, Username });
const tokensOf = async (name: string, at = target) => (await at.signIn(name)).AuthenticationResult ?? {};
const use = (AccessToken: string | undefined) => target.sdk.getUser({ AccessToken });
const renew = (RefreshToken: string | undefined, ClientId = target.clientId) =>
  target.sdk.getTokensFromRefreshToken({ ClientId, RefreshToken });
const revoke = (Token: string | undefined, ClientId: string | undefined = target.clientId) =>
  target.sdk.revokeToken({ ClientId, Token });

// Developer guide: Token revocation. API reference: RevokeToken.
describe('RevokeToken', () => {
  it('revokes that refresh token and its access tokens, and no other session', async () => {
    const [one, two] = [await tokensOf(email), await tokensOf(email)];
    const renewed = (await renew(one.RefreshToken)).AuthenticationResult;
    expect(await revoke(one.RefreshToken)).toEqual({ $metadata: expect.anything() });
    expect((await refusal(renew(one.RefreshToken))).message).toMatch(/^Refresh Token has been revoked\.?$/);
    for (const token of [one.AccessToken, renewed?.AccessToken]) {
      expect((await refusal(use(token))).message).toMatch(/^Access Token has been revoked\.?$/);
    }
    expect((await use(two.AccessToken)).Username).toBeDefined();
    expect((await renew(two.RefreshToken)).AuthenticationResult).toBeDefined();
  });

  it('succeeds for a token that is unknown or already revoked (inferred)', async () => {
    const { RefreshToken } = await tokensOf(email);
    await revoke(RefreshToken);
    await revoke(RefreshToken);
    await revoke('made-up');
  });

  it('accepts refresh tokens only', async () => {
    const { AccessToken } = await tokensOf(email);
    expect((await refusal(revoke(AccessToken))).name).toBe('UnsupportedTokenTypeException');
  });

  it('requires a token', async () => {
    expect((await refusal(revoke(undefined))).name).toBe('InvalidParameterException');
  });

  it('accepts only the client of the token', async () => {
    const { RefreshToken } = await tokensOf(email);
    const { ClientId } = await target.createClient({});
    expect((await refusal(revoke(RefreshToken, ClientId))).name).toBe('UnauthorizedException');
  });

  it('requires EnableTokenRevocation', async () => {
    const client = await target.withClient({ EnableTokenRevocation: false });
    const { RefreshToken } = await tokensOf(email, client);
    expect((await refusal(revoke(RefreshToken, client.clientId))).name).toBe('UnsupportedOperationException');
  });

  it('of a client with a secret requires the plain secret', async () => {
    const { ClientId } = await target.createClient({ GenerateSecret: true });
    const call = target.sdk.revokeToken({ ClientId, Token: 'x', ClientSecret: 'wrong' });
    expect((await refusal(call)).name).toBe('UnauthorizedException');
  });

  it('does not affect verifiers that check tokens without the pool', async () => {
    const { AccessToken = '', RefreshToken } = await tokensOf(email);
    await revoke(RefreshToken);
    const answer = await fetch(`${target.issuer()}/.well-known/jwks.json`);
    const verifier = JwtVerifier.create({
      issuer: target.issuer(),
      audience: null,
      jwksUri: 'https://unused.example/jwks.json',
    });
    verifier.cacheJwks((await answer.json()) as { keys: never[] });
    expect((await verifier.verify(AccessToken)).client_id).toBe(target.clientId);
  });
});

// API reference: GlobalSignOut, AdminUserGlobalSignOut, AdminDisableUser.
describe('the revocation of all sessions of a user', () => {
  it('GlobalSignOut and AdminUserGlobalSignOut: all tokens, whatever the client', async () => {
    const plain = await target.withClient({ EnableTokenRevocation: false });
    const ends = [
      async () => target.sdk.globalSignOut({ AccessToken: (await tokensOf(email)).AccessToken }),
      async () => target.sdk.adminUserGlobalSignOut(who(email)),
    ];
    for (const end of ends) {
      const [one, two] = [await tokensOf(email), await tokensOf(email, plain)];
      for (const { AccessToken } of [one, two]) expect((await use(AccessToken)).Username).toBeDefined();
      expect(await end()).toEqual({ $metadata: expect.anything() });
      for (const { AccessToken } of [one, two]) {
        expect((await refusal(use(AccessToken))).message).toMatch(/^Access Token has been revoked\.?$/);
      }
      expect((await refusal(renew(one.RefreshToken))).name).toBe('NotAuthorizedException');
      expect((await refusal(renew(two.RefreshToken, plain.clientId))).name).toBe('NotAuthorizedException');
    }
  });

  it('AdminDisableUser: access tokens are revoked and sign-in is blocked', async () => {
    await target.createUser('bea@example.com');
    const { AccessToken } = await tokensOf('bea@example.com');
    await target.sdk.adminDisableUser(who('bea@example.com'));
    expect((await refusal(use(AccessToken))).name).toBe('NotAuthorizedException');
    expect((await refusal(target.signIn('bea@example.com'))).name).toBe('NotAuthorizedException');
    await target.sdk.adminEnableUser(who('bea@example.com'));
    expect((await refusal(use(AccessToken))).name).toBe('NotAuthorizedException');
    expect((await tokensOf('bea@example.com')).AccessToken).toBeDefined();
  });
});

describe('refresh tokens', () => {
  it('are opaque and about 1,800 characters long', async () => {
    const { RefreshToken = '' } = await tokensOf(email);
    expect(RefreshToken.length).toBeGreaterThan(1000);
    expect(RefreshToken.split('.')).not.toHaveLength(3);
  });
});
