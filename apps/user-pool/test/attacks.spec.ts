import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { claimsOf, openTestPool, password, refusal, type TestPool } from './support.js';

const pool = openTestPool();
let other: TestPool;
let tokens: { AccessToken?: string; IdToken?: string; RefreshToken?: string };
beforeAll(async () => {
  other = await pool.addPool();
  await pool.createUser('ann@example.com');
  await other.createUser('ann@example.com');
  tokens = (await pool.signIn('ann@example.com')).AuthenticationResult ?? {};
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerOf = (token = '') =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string };
const use = async (AccessToken: string | undefined) =>
  (await refusal(pool.sdk.getUser({ AccessToken }))).message;

describe('an access token is refused', () => {
  it('when it is an ID token or a refresh token', async () => {
    expect(await use(tokens.IdToken)).toBe('Invalid Access Token');
    expect(await use(tokens.RefreshToken)).toBe('Invalid Access Token');
  });

  it('when another key signed it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const content = tokens.AccessToken?.split('.').slice(0, 2).join('.') ?? '';
    const signature = sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url');
    expect(await use(`${content}.${signature}`)).toBe('Invalid Access Token');
  });

  it('when it names no algorithm, or one that uses the public key as a secret', async () => {
    const { kid } = headerOf(tokens.AccessToken);
    const payload = tokens.AccessToken?.split('.')[1] ?? '';
    expect(await use(`${encode({ alg: 'none', kid })}.${payload}.`)).toBe('Invalid Access Token');
    const jwks = await (await fetch(`${pool.server.url}/${pool.poolId}/.well-known/jwks.json`)).text();
    const content = `${encode({ alg: 'HS256', kid })}.${payload}`;
    const signature = createHmac('sha256', jwks).update(content).digest('base64url');
    expect(await use(`${content}.${signature}`)).toBe('Invalid Access Token');
  });

  it('when its claims were changed', async () => {
    const [header, , signature] = tokens.AccessToken?.split('.') ?? [];
    const changed = { ...claimsOf(tokens.AccessToken), exp: 9_999_999_999 };
    expect(await use(`${header}.${encode(changed)}.${signature}`)).toBe('Invalid Access Token');
  });

  it('when another pool signed it for this one', async () => {
    const foreign = (await other.signIn('ann@example.com')).AuthenticationResult?.AccessToken ?? '';
    await pool.sdk.getUser({ AccessToken: foreign });
    const [header, , signature] = foreign.split('.');
    const claims = { ...claimsOf(foreign), iss: claimsOf(tokens.AccessToken)['iss'] };
    expect(await use(`${header}.${encode(claims)}.${signature}`)).toBe('Invalid Access Token');
  });

  it.each(['', '.', '..', 'a.b.c', '....', `${'x'.repeat(5000)}.y.z`])('when it is %j', async (token) => {
    const call = pool.sdk.getUser({ AccessToken: token });
    expect((await refusal(call)).name).toBe('NotAuthorizedException');
  });
});

describe('a session is refused', () => {
  const answer = (Session: string | undefined, USERNAME: string, at = pool) =>
    refusal(
      at.sdk.respondToAuthChallenge({
        ClientId: at.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME, NEW_PASSWORD: password },
      }),
    );
  const invite = (at: TestPool, Username: string) =>
    at.sdk.adminCreateUser({
      UserPoolId: at.poolId,
      Username,
      TemporaryPassword: password,
      MessageAction: 'SUPPRESS',
    });

  it('when it is forged, changed, a refresh token, or from another pool or client', async () => {
    await invite(pool, 'bea@example.com');
    await invite(other, 'bea@example.com');
    const { Session = '' } = await pool.signIn('bea@example.com');
    const foreign = (await other.signIn('bea@example.com')).Session;
    const changed = Session.slice(0, 100) + (Session[100] === 'A' ? 'B' : 'A') + Session.slice(101);
    for (const session of ['x', changed, tokens.RefreshToken, foreign, undefined]) {
      expect((await answer(session, 'bea@example.com')).message).toBe('Invalid session for the user.');
    }
    const sibling = await pool.withClient();
    expect((await answer(Session, 'bea@example.com', sibling)).message).toBe('Invalid session for the user.');
  });

  it('when the password was changed after the session began', async () => {
    await invite(pool, 'eve@example.com');
    const { Session } = await pool.signIn('eve@example.com');
    await pool.sdk.adminSetUserPassword({
      UserPoolId: pool.poolId,
      Username: 'eve@example.com',
      Password: 'Chosen-horse-3',
      Permanent: true,
    });
    expect((await answer(Session, 'eve@example.com')).message).toBe('Invalid session for the user.');
    expect((await pool.signIn('eve@example.com', 'Chosen-horse-3')).AuthenticationResult).toBeDefined();
  });

  it("when it is another user's, or used in two concurrent requests", async () => {
    await invite(pool, 'cyd@example.com');
    const { Session } = await pool.signIn('cyd@example.com');
    expect((await answer(Session, 'ann@example.com')).message).toBe('Invalid session for the user.');
    const command = () =>
      pool.sdk.respondToAuthChallenge({
        ClientId: pool.clientId,
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session,
        ChallengeResponses: { USERNAME: 'cyd@example.com', NEW_PASSWORD: password },
      });
    const outcomes = await Promise.allSettled([1, 2, 3].map(command));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('other attempts', () => {
  it('cannot put a second recipient into an address', async () => {
    for (const email of [
      'a@example.com\r\nBcc: b@example.com',
      'a@example.com, b@example.com',
      '<a@example.com>',
    ]) {
      const call = pool.sdk.adminCreateUser({ UserPoolId: pool.poolId, Username: email });
      expect((await refusal(call)).name).toBe('InvalidParameterException');
    }
  });

  it('do not stop the server with any body', async () => {
    const bodies = [
      '',
      '{',
      '{"AccessToken":{}}',
      '{"AccessToken":"x"'.repeat(1000),
      '\u0000',
      '1e999',
      '"x"',
    ];
    for (const body of bodies) {
      const headers = { 'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser' };
      const response = await fetch(pool.server.url, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
    }
    expect((await pool.signIn('ann@example.com')).AuthenticationResult).toBeDefined();
  });

  it('cannot use a token of a deleted user', async () => {
    await pool.createUser('dan@example.com');
    const gone = (await pool.signIn('dan@example.com')).AuthenticationResult;
    await pool.sdk.deleteUser({ AccessToken: gone?.AccessToken });
    await pool.createUser('dan@example.com');
    expect(await use(gone?.AccessToken)).toBe('User does not exist.');
  });
});
