import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { claimsOf, password, refusal } from '../support.js';
import { useTarget } from './target.js';

const email = 'ann@example.com';
const target = useTarget(process.env);
/** A client with a secret. */
let ClientId: string;
let ClientSecret: string;
beforeAll(async () => {
  await target.createUser(email);
  const made = await target.createClient({
    GenerateSecret: true,
    ExplicitAuthFlows: [
      'ALLOW_USER_PASSWORD_AUTH',
      'ALLOW_ADMIN_USER_PASSWORD_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
    ],
  });
  [ClientId, ClientSecret] = [made.ClientId ?? '', made.ClientSecret ?? ''];
});

const hash = (name: string) =>
  createHmac('sha256', ClientSecret)
    .update(name + ClientId)
    .digest('base64');
const notAuthorized = (message: string) => ({ name: 'NotAuthorizedException', message });
const missing = () =>
  notAuthorized(`Client ${ClientId} is configured with secret but SECRET_HASH was not received`);
const wrong = () => notAuthorized(`Unable to verify secret hash for client ${ClientId}`);

type Flow = 'USER_PASSWORD_AUTH' | 'ADMIN_USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH';
const start = (AuthFlow: Flow, AuthParameters: Record<string, string>) => {
  const request = { ClientId, AuthFlow, AuthParameters };
  return AuthFlow === 'ADMIN_USER_PASSWORD_AUTH'
    ? target.sdk.adminInitiateAuth({ ...request, UserPoolId: target.poolId })
    : target.sdk.initiateAuth(request);
};

// Developer guide: Computing secret hash values.
describe('SECRET_HASH of a client with a secret', () => {
  it.each(['USER_PASSWORD_AUTH', 'ADMIN_USER_PASSWORD_AUTH'] as const)(
    '%s: over exactly what is sent as USERNAME',
    async (flow) => {
      const credentials = { USERNAME: email, PASSWORD: password };
      expect(await refusal(start(flow, credentials))).toEqual(missing());
      const guess = { ...credentials, SECRET_HASH: hash('other@example.com') };
      expect(await refusal(start(flow, guess))).toEqual(wrong());
      const right = await start(flow, { ...credentials, SECRET_HASH: hash(email) });
      expect(right.AuthenticationResult?.AccessToken).toBeDefined();
    },
  );

  it('REFRESH_TOKEN_AUTH: over the username of the token, not over the address', async () => {
    const credentials = { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) };
    const tokens = (await start('USER_PASSWORD_AUTH', credentials)).AuthenticationResult;
    const refresh = (SECRET_HASH: string) =>
      start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: tokens?.RefreshToken ?? '', SECRET_HASH });
    expect(await refusal(refresh(hash(email)))).toEqual(
      notAuthorized(`SecretHash does not match for the client: ${ClientId}`),
    );
    const username = String(claimsOf(tokens?.AccessToken)['username']);
    expect((await refresh(hash(username))).AuthenticationResult?.AccessToken).toBeDefined();
  });

  const who = (SecretHash?: string) => ({ ClientId, Username: 'bea@example.com', SecretHash });
  const code = { ConfirmationCode: '123456' };
  const calls: Record<string, (SecretHash?: string) => Promise<unknown>> = {
    SignUp: (given) => target.sdk.signUp({ ...who(given), Password: password }),
    ConfirmSignUp: (given) => target.sdk.confirmSignUp({ ...who(given), ...code }),
    ResendConfirmationCode: (given) => target.sdk.resendConfirmationCode(who(given)),
    ForgotPassword: (given) => target.sdk.forgotPassword(who(given)),
    ConfirmForgotPassword: (given) =>
      target.sdk.confirmForgotPassword({ ...who(given), ...code, Password: password }),
  };
  it.each(Object.entries(calls))('%s: as SecretHash, over what is sent as Username', async (_name, call) => {
    expect(await refusal(call())).toEqual(missing());
    expect(await refusal(call(hash('other@example.com')))).toEqual(wrong());
    const outcome = await call(hash('bea@example.com')).catch((error: Error) => error.message);
    expect(String(outcome)).not.toMatch(/secret/i);
  });

  it('operations with an access token take none', async () => {
    const credentials = { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) };
    const tokens = (await start('USER_PASSWORD_AUTH', credentials)).AuthenticationResult;
    const user = await target.sdk.getUser({ AccessToken: tokens?.AccessToken });
    expect(user.Username).toBe(claimsOf(tokens?.AccessToken)['username']);
  });
});

// API reference: GetTokensFromRefreshToken, RevokeToken.
describe('the plain ClientSecret', () => {
  it('is sent to GetTokensFromRefreshToken and RevokeToken', async () => {
    const credentials = { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) };
    const RefreshToken = (await start('USER_PASSWORD_AUTH', credentials)).AuthenticationResult?.RefreshToken;
    const renew = (secret?: string) =>
      target.sdk.getTokensFromRefreshToken({ ClientId, ClientSecret: secret, RefreshToken });
    expect((await refusal(renew())).name).toBe('NotAuthorizedException');
    expect((await refusal(renew(hash(email)))).name).toBe('NotAuthorizedException');
    expect((await renew(ClientSecret)).AuthenticationResult?.AccessToken).toBeDefined();
    const revoke = (secret?: string) =>
      target.sdk.revokeToken({ ClientId, ClientSecret: secret, Token: RefreshToken });
    expect((await refusal(revoke(hash(email)))).name).toBe('UnauthorizedException');
    await revoke(ClientSecret);
    expect((await refusal(renew(ClientSecret))).message).toMatch(/revoked/);
  });
});

// API reference: InitiateAuth, AdminInitiateAuth.
describe('a sign-in', () => {
  it('accepts UserContextData, and ContextData from administrators', async () => {
    const AuthParameters = { USERNAME: email, PASSWORD: password, SECRET_HASH: hash(email) };
    const own = target.sdk.initiateAuth({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters,
      UserContextData: { IpAddress: '192.0.2.1' },
    });
    expect((await own).AuthenticationResult).toBeDefined();
    const administrators = target.sdk.adminInitiateAuth({
      UserPoolId: target.poolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters,
      ContextData: {
        IpAddress: '192.0.2.1',
        ServerName: 'example.com',
        ServerPath: '/',
        HttpHeaders: [{ headerName: 'user-agent', headerValue: 'test' }],
      },
    });
    expect((await administrators).AuthenticationResult).toBeDefined();
  });

  it('of administrators returns the same as the public one, and a missing pool is named in the error', async () => {
    const { ClientId: only = '' } = await target.createClient({
      ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    });
    const AuthParameters = { USERNAME: email, PASSWORD: password };
    const AuthFlow = 'ADMIN_USER_PASSWORD_AUTH';
    const begin = (UserPoolId: string) =>
      target.sdk.adminInitiateAuth({ UserPoolId, ClientId: only, AuthFlow, AuthParameters });
    const { AuthenticationResult: tokens, ChallengeParameters } = await begin(target.poolId);
    expect(tokens).toMatchObject({ TokenType: 'Bearer', ExpiresIn: 3600, RefreshToken: expect.any(String) });
    expect(ChallengeParameters).toEqual({});
    const strange = target.poolId.slice(0, -1) + (target.poolId.endsWith('a') ? 'b' : 'a');
    expect(await refusal(begin(strange))).toEqual({
      name: 'ResourceNotFoundException',
      message: `User pool ${strange} does not exist.`,
    });
    const open = target.sdk.initiateAuth({ ClientId: only, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters });
    expect((await refusal(open)).message).toBe('USER_PASSWORD_AUTH flow not enabled for this client');
  });
});
