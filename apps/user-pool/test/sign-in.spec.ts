import { describe, expect, it } from '@jest/globals';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { openTestClient, openTestPool, refusal } from './support.js';

const pool = openTestPool();
const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });

const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

describe('sign-in with a password', () => {
  it('returns tokens that aws-jwt-verify accepts', async () => {
    const username = await pool.createUser('ann@example.com');
    const { AuthenticationResult: tokens, ChallengeParameters } = await pool.signIn('ann@example.com');
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

  it('finds the user with any case of the address if the pool is case-insensitive', async () => {
    await pool.createUser('Dan@Example.com');
    expect((await pool.signIn('dAN@example.COM')).AuthenticationResult).toBeDefined();
  });

  it('compares every code point of a long password', async () => {
    const long = `${'aA1!'.repeat(20)}é`;
    await pool.createUser('fay@example.com', long);
    expect((await pool.signIn('fay@example.com', long)).AuthenticationResult).toBeDefined();
    expect(await refusal(pool.signIn('fay@example.com', long.normalize('NFD')))).toEqual(generic);
    expect(await refusal(pool.signIn('fay@example.com', long.slice(0, 76)))).toEqual(generic);
  });

  it('refuses a disabled user and revokes its tokens', async () => {
    await pool.createUser('gus@example.com');
    const user = { UserPoolId: pool.poolId, Username: 'gus@example.com' };
    const { AuthenticationResult: tokens } = await pool.signIn('gus@example.com');
    await pool.sdk.adminDisableUser(user);
    expect(await refusal(pool.signIn('gus@example.com'))).toEqual(generic);
    expect((await refusal(legacy.signIn('gus@example.com'))).message).toBe('User is disabled.');
    await pool.sdk.adminEnableUser(user);
    expect((await pool.sdk.adminGetUser(user)).Enabled).toBe(true);
    const again = refusal(pool.sdk.getUser({ AccessToken: tokens?.AccessToken }));
    expect((await again).message).toBe('Access Token has been revoked');
  });
});

describe('lock-out', () => {
  const wrong = (email: string) => refusal(pool.signIn(email, 'Wrong-horse-1'));

  it('locks for a second after the fifth failure and twice as long after each further one', async () => {
    const email = 'hal@example.com';
    await pool.createUser(email);
    for (let failure = 1; failure <= 5; failure++) expect(await wrong(email)).toEqual(generic);
    expect((await refusal(pool.signIn(email))).message).toBe('Password attempts exceeded');
    pool.server.clock.advanceBy(1000);
    expect(await wrong(email)).toEqual(generic);
    pool.server.clock.advanceBy(1500);
    expect((await wrong(email)).message).toBe('Password attempts exceeded');
    pool.server.clock.advanceBy(600);
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
    expect(await wrong(email)).toEqual(generic);
  });

  it('checks at most five of many concurrent guesses', async () => {
    const email = 'ida@example.com';
    await pool.createUser(email);
    const refusals = await Promise.all(Array.from({ length: 20 }, () => wrong(email)));
    expect(refusals.filter(({ message }) => message === generic.message)).toHaveLength(5);
  });

  it('is reset after fifteen minutes without an attempt', async () => {
    const email = 'jim@example.com';
    await pool.createUser(email);
    for (let failure = 1; failure <= 4; failure++) await wrong(email);
    pool.server.clock.advanceBy(15 * 60_000);
    for (let failure = 1; failure <= 4; failure++) expect(await wrong(email)).toEqual(generic);
    expect((await pool.signIn(email)).AuthenticationResult).toBeDefined();
  });
});
