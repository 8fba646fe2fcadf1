import { describe, expect, it } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { createHmac } from 'node:crypto';
import {
  claimsOf,
  createClient,
  createUser,
  openTestClient,
  openTestPool,
  password,
  refusal,
  signIn,
} from './support.js';

const pool = openTestPool();
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });

const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

describe('sign-in with a password', () => {
  it('returns tokens that aws-jwt-verify accepts', async () => {
    const username = await createUser(pool, 'ann@example.com');
    const { AuthenticationResult: tokens, ChallengeParameters } = await signIn(pool, 'ann@example.com');
    expect(ChallengeParameters).toEqual({});
    expect(tokens).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer' });

    const issuer = `${pool.server.url}/${pool.poolId}`;
    const jwks = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as { keys: never[] };
    expect(jwks.keys).toHaveLength(2);
    const verifier = JwtVerifier.create({
      issuer,
      audience: null,
      jwksUri: 'https://unused.example/jwks.json',
      customJwtCheck: ({ payload }) =>
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId: pool.clientId }),
    });
    verifier.cacheJwks(jwks);
    const access = await verifier.verify(tokens?.AccessToken ?? '');
    expect(access).toMatchObject({ username, sub: username, scope: 'aws.cognito.signin.user.admin' });
    expect(access.aud).toBeUndefined();
    const [header, , signature] = tokens?.AccessToken?.split('.') ?? [];
    const forged = Buffer.from(JSON.stringify({ ...access, username: 'admin' })).toString('base64url');
    await expect(verifier.verify(`${header}.${forged}.${signature}`)).rejects.toThrow('Invalid signature');
    await expect(verifier.verify(tokens?.IdToken ?? '')).rejects.toThrow('Token use not allowed');
  });

  it('signs ID and access tokens with different keys, and shares origin_jti between them', async () => {
    await createUser(pool, 'bea@example.com');
    const { AuthenticationResult: tokens } = await signIn(pool, 'bea@example.com');
    const kid = (token = '') =>
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
    expect(kid(tokens?.IdToken)).not.toBe(kid(tokens?.AccessToken));
    const [id, access] = [claimsOf(tokens?.IdToken), claimsOf(tokens?.AccessToken)];
    expect(id['origin_jti']).toBe(access['origin_jti']);
    expect(id).toMatchObject({
      token_use: 'id',
      aud: pool.clientId,
      email: 'bea@example.com',
      email_verified: true,
    });
  });

  it('returns email_verified as text in GetUser', async () => {
    await createUser(pool, 'cyd@example.com');
    const { AuthenticationResult: tokens } = await signIn(pool, 'cyd@example.com');
    const user = await pool.sdk.getUser({ AccessToken: tokens?.AccessToken });
    expect(user.UserAttributes).toContainEqual({ Name: 'email_verified', Value: 'true' });
  });

  it('finds the user with any case of the address if the pool is case-insensitive', async () => {
    await createUser(pool, 'Dan@Example.com');
    expect((await signIn(pool, 'dAN@example.COM')).AuthenticationResult).toBeDefined();
  });

  it('hides unknown users depending on the client', async () => {
    await createUser(pool, 'eve@example.com');
    expect(await refusal(signIn(pool, 'eve@example.com', 'Wrong-horse-1'))).toEqual(generic);
    expect(await refusal(signIn(pool, 'nobody@example.com'))).toEqual(generic);
    expect(await refusal(signIn(legacy, 'eve@example.com', 'Wrong-horse-1'))).toEqual(generic);
    expect(await refusal(signIn(legacy, 'nobody@example.com'))).toEqual({
      name: 'UserNotFoundException',
      message: 'User does not exist.',
    });
  });

  it('compares every code point of a long password', async () => {
    const long = `${'aA1!'.repeat(20)}é`;
    await createUser(pool, 'fay@example.com', long);
    expect((await signIn(pool, 'fay@example.com', long)).AuthenticationResult).toBeDefined();
    expect(await refusal(signIn(pool, 'fay@example.com', long.normalize('NFD')))).toEqual(generic);
    expect(await refusal(signIn(pool, 'fay@example.com', long.slice(0, 76)))).toEqual(generic);
  });

  it('refuses a flow that the client does not allow', async () => {
    const srpOnly = await createClient(pool.sdk, pool.poolId, { ExplicitAuthFlows: undefined });
    const client = { ...pool, clientId: srpOnly.ClientId ?? '' };
    expect(await refusal(signIn(client, 'ann@example.com'))).toEqual({
      name: 'InvalidParameterException',
      message: 'USER_PASSWORD_AUTH flow not enabled for this client',
    });
  });

  it('names a missing parameter', async () => {
    expect(await refusal(signIn(pool, 'ann@example.com', ''))).toEqual({
      name: 'InvalidParameterException',
      message: 'Missing required parameter PASSWORD',
    });
    expect(await refusal(signIn({ ...pool, clientId: 'nobody' }, 'ann@example.com'))).toEqual({
      name: 'ResourceNotFoundException',
      message: 'User pool client nobody does not exist.',
    });
  });

  it('requires the secret hash of a client with a secret', async () => {
    const client = await createClient(pool.sdk, pool.poolId, { GenerateSecret: true });
    const ClientId = client.ClientId ?? '';
    const USERNAME = 'ann@example.com';
    const send = (hash: object) =>
      pool.sdk.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME, PASSWORD: password, ...hash },
      });
    expect((await refusal(send({}))).message).toBe(
      `Client ${ClientId} is configured with secret but SECRET_HASH was not received`,
    );
    expect((await refusal(send({ SECRET_HASH: 'guess' }))).message).toBe(
      `Unable to verify secret hash for client ${ClientId}`,
    );
    const SECRET_HASH = createHmac('sha256', client.ClientSecret ?? '')
      .update(USERNAME + ClientId)
      .digest('base64');
    expect((await send({ SECRET_HASH })).AuthenticationResult).toBeDefined();
  });

  it('refuses a disabled user and revokes its tokens', async () => {
    await createUser(pool, 'gus@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'gus@example.com' };
    const { AuthenticationResult: tokens } = await signIn(pool, 'gus@example.com');
    await pool.sdk.adminDisableUser(user);
    expect(await refusal(signIn(pool, 'gus@example.com'))).toEqual(generic);
    expect((await refusal(signIn(legacy, 'gus@example.com'))).message).toBe('User is disabled.');
    await pool.sdk.adminEnableUser(user);
    expect((await pool.sdk.adminGetUser(user)).Enabled).toBe(true);
    const again = refusal(pool.sdk.getUser({ AccessToken: tokens?.AccessToken }));
    expect((await again).message).toBe('Access Token has been revoked');
  });
});

describe('lock-out', () => {
  const wrong = (email: string) => refusal(signIn(pool, email, 'Wrong-horse-1'));

  it('locks for a second after the fifth failure and twice as long after each further one', async () => {
    const email = 'hal@example.com';
    await createUser(pool, email);
    for (let failure = 1; failure <= 5; failure++) expect(await wrong(email)).toEqual(generic);
    expect((await refusal(signIn(pool, email))).message).toBe('Password attempts exceeded');
    pool.server.clock.advanceBy(1000);
    expect(await wrong(email)).toEqual(generic);
    pool.server.clock.advanceBy(1500);
    expect((await wrong(email)).message).toBe('Password attempts exceeded');
    pool.server.clock.advanceBy(600);
    expect((await signIn(pool, email)).AuthenticationResult).toBeDefined();
    expect(await wrong(email)).toEqual(generic);
  });

  it('checks at most five of many concurrent guesses', async () => {
    const email = 'ida@example.com';
    await createUser(pool, email);
    const refusals = await Promise.all(Array.from({ length: 20 }, () => wrong(email)));
    expect(refusals.filter(({ message }) => message === generic.message)).toHaveLength(5);
  });

  it('is reset after fifteen minutes without an attempt', async () => {
    const email = 'jim@example.com';
    await createUser(pool, email);
    for (let failure = 1; failure <= 4; failure++) await wrong(email);
    pool.server.clock.advanceBy(15 * 60_000);
    for (let failure = 1; failure <= 4; failure++) expect(await wrong(email)).toEqual(generic);
    expect((await signIn(pool, email)).AuthenticationResult).toBeDefined();
  });
});
