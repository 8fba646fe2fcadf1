import { describe, expect, it } from '@jest/globals';
import { SigningKeys } from '../../src/cognito/signing-keys.js';
import { TokenVerifier } from '../../src/cognito/token-verifier.js';
import { Clock } from '../../src/common/clock/clock.js';
import { type CognitoConfig, cognitoConfig } from '../../src/common/config/cognito.config.js';
import { createDatabase } from '../support/drivers/database.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { startUsher, type Usher, openUsher } from '../support/drivers/usher.js';

const ada = deviseUser('plain');
const bob = deviseUser('second');

/** A confirmed pool user without a legacy row. */
async function createPoolUser(
  { cognito, userPoolId: UserPoolId }: Usher,
  email: string,
  { password = 'pool-password-1', verified = true } = {},
): Promise<void> {
  await cognito.adminCreateUser({
    UserPoolId,
    Username: email,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: String(verified) },
    ],
  });
  await cognito.adminSetUserPassword({ UserPoolId, Username: email, Password: password, Permanent: true });
}

describe('sign-in', () => {
  it('accepts null for optional fields', async () => {
    const { email, password } = deviseUser('accents');
    const body = { email, password, session: null };
    expect((await usher.api.post('/auth/sign-in', body)).body.tokens).toBeDefined();
  });

  const usher = openUsher();

  const linked = (email: string) =>
    usher.database.sql<{ id: string; cognito_sub: string | null }>(
      'SELECT id, cognito_sub FROM users WHERE lower(email) = lower($1)',
      [email],
    );

  /** Expects that the latest refresh token of Cognito is revoked. */
  async function expectRevoked(): Promise<void> {
    const signIn = usher.proxy.calls.findLast(({ operation }) => operation === 'InitiateAuth');
    const { RefreshToken: refreshToken } = signIn?.answer.AuthenticationResult as { RefreshToken: string };
    expect((await usher.api.post('/auth/refresh', { refreshToken })).body.code).toBe('auth.token_invalid');
  }

  it('creates the row of a user who exists only in the pool', async () => {
    await createPoolUser(usher, 'cloud@example.com');
    const { status, body } = await usher.api.signIn('Cloud@Example.com', 'pool-password-1');
    expect(status).toBe(200);
    expect(body.user).toMatchObject({ email: 'cloud@example.com', firstName: null, roles: [] });
    expect(await linked('cloud@example.com')).toHaveLength(1);
  });

  it('links by the address that Cognito has verified, never by the typed one', async () => {
    await createPoolUser(usher, 'kim@example.com', { verified: false });
    const before = await usher.database.sql('SELECT * FROM users ORDER BY id');
    const { status, body } = await usher.api.signIn('kim@example.com', 'pool-password-1');
    expect({ status, code: body.code, tokens: body.tokens }).toEqual({
      status: 409,
      code: 'auth.account_link_conflict',
      tokens: undefined,
    });
    await expectRevoked();
    expect(await usher.database.sql('SELECT * FROM users ORDER BY id')).toEqual(before);
  });

  it('revokes the tokens of a sign-in it refuses', async () => {
    await createPoolUser(usher, 'reconf@example.com');
    await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE email = 'reconf@example.com'`);
    const { status, body } = await usher.api.signIn('reconf@example.com', 'pool-password-1');
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.invalid_credentials' });
    await expectRevoked();
  });

  it('returns a challenge with a sealed challenge session', async () => {
    await usher.cognito.adminCreateUser({
      UserPoolId: usher.userPoolId,
      Username: 'invited@example.com',
      TemporaryPassword: 'temporary-1',
      MessageAction: 'SUPPRESS',
      UserAttributes: [{ Name: 'email', Value: 'invited@example.com' }],
    });
    const { status, body, text } = await usher.api.signIn('invited@example.com', 'temporary-1');
    expect(status).toBe(200);
    expect(body.challenge).toMatchObject({
      name: 'NEW_PASSWORD_REQUIRED',
      session: expect.stringMatching(/^[\w-]{100,}$/),
    });
    expect(body.tokens).toBeUndefined();
    expect(text).not.toContain('USER_ID_FOR_SRP');
    expect((await usher.api.signIn('invited@example.com', 'temporary-2')).status).toBe(401);
  });

  it('creates one row and one pool user for a hundred concurrent first sign-ins', async () => {
    // A hundred Lambdas on two cores may exceed the timeout; clients retry as told.
    const signIn = async () => {
      for (;;) {
        const answer = await usher.api.signIn(ada.email, ada.password);
        if (answer.status !== 503) return answer;
      }
    };
    const answers = await Promise.all(Array.from({ length: 100 }, signIn));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    const subs = new Set(answers.map(({ body }) => body.user?.id));
    expect(subs).toEqual(new Set([ada.id]));
    const { Users = [] } = await usher.cognito.listUsers({
      UserPoolId: usher.userPoolId,
      Filter: `email = "${ada.email}"`,
    });
    expect(Users).toHaveLength(1);
    expect(await linked(ada.email)).toEqual([{ id: '1', cognito_sub: Users[0]?.Username }]);
    const state = `SELECT usher_migration_state AS state FROM users WHERE email = $1`;
    expect(await usher.database.sql(state, [ada.email])).toEqual([{ state: 'migrated' }]);
  });

  it('does not recreate a user who was deleted from the pool', async () => {
    expect((await usher.api.signIn(bob.email, bob.password)).status).toBe(200);
    await usher.cognito.adminDeleteUser({ UserPoolId: usher.userPoolId, Username: bob.email });
    await usher.database.sql(
      `UPDATE users SET cognito_linked_at = now() - interval '6 minutes' WHERE id = ${bob.id}`,
    );
    expect((await usher.api.signIn(bob.email, bob.password)).status).toBe(401);
    const find = usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: bob.email });
    await expect(find).rejects.toMatchObject({ name: 'UserNotFoundException' });
  });

  describe('with tokens', () => {
    const signedIn = async () => {
      const { body } = await usher.api.signIn(ada.email, ada.password);
      if (!body.tokens) throw new Error('no tokens');
      return body.tokens;
    };
    const me = (token: string) => usher.api.get('/users/me', { authorization: `Bearer ${token}` });

    it('returns the signed-in user with the listed members only', async () => {
      const { accessToken } = await signedIn();
      const { status, body } = await me(accessToken);
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          ...{ id: 1, email: ada.email, firstName: 'Ada', lastName: 'Lovelace', roles: [] },
          ...{ permissions: [], profile: {}, unconfirmedEmail: null },
        },
      });
    });

    it('refuses an ID token, a changed token, a token of another pool, and a missing token', async () => {
      const { accessToken, idToken } = await signedIn();
      const [header = '', payload = '', signature = ''] = accessToken.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const forged = [
        idToken,
        `${header}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`,
        `${encode({ alg: 'none' })}.${payload}.`,
        `${encode({ alg: 'HS256' })}.${payload}.${signature}`,
        'garbage',
        'a.b.c',
      ];
      for (const token of forged) {
        const { status, body, headers } = await me(token);
        expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.token_invalid' });
        expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      }
      expect((await usher.api.get('/users/me')).status).toBe(401);
      expect((await usher.api.get('/users/me', { authorization: `Basic ${accessToken}` })).status).toBe(401);
    });

    it('refuses a token of an app client that is not on the list, and accepts one that is', async () => {
      const { UserPoolClient: other } = await usher.cognito.createUserPoolClient({
        UserPoolId: usher.userPoolId,
        ClientName: 'another product',
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
        WriteAttributes: ['name'],
      });
      const signIn = usher.cognito.initiateAuth({
        ClientId: other?.ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: ada.email, PASSWORD: ada.password },
      });
      const token = (await signIn).AuthenticationResult?.AccessToken ?? '';
      expect((await me(token)).body.code).toBe('auth.token_invalid');
      const config = usher.app.get<CognitoConfig>(cognitoConfig.KEY);
      const acceptedClientIds = [usher.clientId, other?.ClientId ?? ''];
      const verifier = new TokenVerifier(
        { ...config, acceptedClientIds },
        usher.app.get(SigningKeys),
        usher.app.get(Clock),
      );
      const claims = await verifier.verifyAccessToken(token);
      expect(claims.clientId).toBe(other?.ClientId);
    });

    it('revokes the session of a disabled user at the next refresh', async () => {
      const { refreshToken } = await signedIn();
      await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = 1');
      const refused = await usher.api.post('/auth/refresh', { refreshToken });
      await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE id = 1');
      expect(refused.body.code).toBe('auth.token_invalid');
      expect((await usher.api.post('/auth/refresh', { refreshToken })).body.code).toBe('auth.token_invalid');
    });

    it('refuses access tokens after the row was disabled', async () => {
      const { accessToken } = await signedIn();
      await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = 1');
      expect((await me(accessToken)).body.code).toBe('auth.token_invalid');
      await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE id = 1');
      expect((await me(accessToken)).status).toBe(200);
    });

    it('creates the row of a user whose session started outside Usher', async () => {
      await createPoolUser(usher, 'elsewhere@example.com');
      const direct = await usher.cognito.initiateAuth({
        ClientId: usher.clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'elsewhere@example.com', PASSWORD: 'pool-password-1' },
      });
      const { status, body } = await me(direct.AuthenticationResult?.AccessToken ?? '');
      expect({ status, email: body.email }).toEqual({ status: 200, email: 'elsewhere@example.com' });
    });

    it('refreshes tokens, but not after a sign-out', async () => {
      const { refreshToken } = await signedIn();
      const refreshed = await usher.api.post('/auth/refresh', { refreshToken });
      expect(refreshed.status).toBe(200);
      expect(refreshed.body.tokens).toMatchObject({ refreshToken, tokenType: 'Bearer', expiresIn: 3600 });
      expect((await me(refreshed.body.tokens?.accessToken ?? '')).status).toBe(200);
      expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
      expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
      expect((await usher.api.post('/auth/refresh', { refreshToken })).body.code).toBe('auth.token_invalid');
      expect((await usher.api.post('/auth/sign-out', { refreshToken: 'made up' })).status).toBe(204);
      expect((await usher.api.post('/auth/refresh', { refreshToken: 'made up' })).body.code).toBe(
        'auth.token_invalid',
      );
    });
  });
});

describe('sign-in through an app client with a secret', () => {
  const usher = openUsher({ withSecret: true });

  it('signs in, refreshes, resets and signs out', async () => {
    const { status, body } = await usher.api.signIn(ada.email, ada.password);
    expect(status).toBe(200);
    const refreshToken = body.tokens?.refreshToken;
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(200);
    expect((await usher.api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
    expect((await usher.api.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await usher.api.post('/passwords/forgot', { email: ada.email })).status).toBe(202);
    const mail = await usher.mail.waitFor(({ to }) => to.includes(ada.email));
    const code = /\d{6}/.exec(mail.text)?.[0];
    const password = 'after-the-reset-1';
    const reset = { email: ada.email, code, password, passwordConfirmation: password };
    expect((await usher.api.post('/passwords/reset', reset)).status).toBe(204);
    expect((await usher.api.signIn(ada.email, password)).status).toBe(200);
  });
});

describe('with the wrong secret', () => {
  it('reports a service error, not a wrong password', async () => {
    const usher = await startUsher({
      withSecret: true,
      environment: { AWS_COGNITO_CLIENT_SECRET: 'not-the-secret' },
    });
    const { status, body } = await usher.api.signIn(ada.email, ada.password);
    await usher.close();
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal' });
  });
});

describe('on an empty database', () => {
  it('creates a row at the first sign-in', async () => {
    const usher = await startUsher({ database: await createDatabase() });
    await createPoolUser(usher, 'first@example.com');
    const { body } = await usher.api.signIn('first@example.com', 'pool-password-1');
    await usher.close();
    expect(body.user).toMatchObject({ id: 1, email: 'first@example.com' });
  });
});
