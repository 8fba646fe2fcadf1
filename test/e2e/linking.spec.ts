import { describe, expect, it } from '@jest/globals';
import { deviseUser } from '../support/builders/devise-users.js';
import { changeAttributes, createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import { ada, bearer } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const carol = deviseUser('unconfirmed');

const usher = openUsher();

/** All data that an attacker could take over. */
const victims = async () => {
  // Ignores tracking columns, which are written after the response of an earlier sign-in.
  const [{ all } = { all: '' }] = await usher.database.sql<{ all: string }>(
    `SELECT string_agg((to_jsonb(users) - ARRAY['sign_in_count', 'current_sign_in_at', 'last_sign_in_at',
       'current_sign_in_ip', 'last_sign_in_ip', 'updated_at'])::text, '|' ORDER BY id) AS all
     FROM users WHERE email NOT LIKE 'mallory%'`,
  );
  return all;
};

const rowOf = async (email: string) => {
  const [row] = await usher.database.sql<Record<string, unknown>>('SELECT * FROM users WHERE email = $1', [
    email,
  ]);
  return row;
};

/** Tokens of a direct sign-in at Cognito with an app client without a secret. */
async function tokensFromCognito(email: string) {
  const { AuthenticationResult } = await usher.cognito.initiateAuth({
    ClientId: usher.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: poolPassword },
  });
  return { accessToken: AuthenticationResult?.AccessToken ?? '' };
}

/** Expects that neither a sign-in nor an external token accesses a row, and that the tokens of the sign-in are revoked. */
async function expectNoWayIn(email: string): Promise<void> {
  const before = await victims();
  const { status, body } = await usher.api.signIn(email, poolPassword);
  expect({ status, code: body.code, user: body.user, tokens: body.tokens }).toEqual({
    status: 409,
    code: 'auth.account_link_conflict',
    user: undefined,
    tokens: undefined,
  });
  const signIn = usher.proxy.calls.findLast(({ operation }) => operation === 'InitiateAuth');
  const issued = signIn?.answer.AuthenticationResult as { RefreshToken: string };
  const refreshed = await usher.api.post('/auth/refresh', { refreshToken: issued.RefreshToken });
  expect(refreshed.body.code).toBe('auth.token_invalid');
  const elsewhere = await tokensFromCognito(email);
  const me = await usher.api.get('/users/me', bearer(elsewhere.accessToken));
  expect({ status: me.status, code: me.body.code }).toEqual({
    status: 409,
    code: 'auth.account_link_conflict',
  });
  expect(await victims()).toBe(before);
}

describe('an attacker cannot link a row', () => {
  it('with an address that Cognito has not verified', async () => {
    const { email } = deviseUser('second');
    await createPoolUser(usher, email, { email_verified: 'false' });
    await expectNoWayIn(email);
  });

  it('by changing an account’s address to the victim’s, unverified, before the first sign-in here', async () => {
    const { email } = deviseUser('cost_10');
    const sub = await createPoolUser(usher, 'mallory@example.com');
    await changeAttributes(usher, sub, { email, email_verified: 'false' });
    await expectNoWayIn(email);
  });

  it.each([
    ['false', deviseUser('cost_11')],
    ['true', deviseUser('accents')],
  ])(
    'by changing the address of a linked account to the victim’s (verified: %s)',
    async (email_verified, { email }) => {
      const attacker = `mallory-${email_verified}@example.com`;
      const sub = await createPoolUser(usher, attacker);
      const { id } = (await usher.api.signIn(attacker, poolPassword)).body.user ?? {};
      await changeAttributes(usher, sub, { email, email_verified });
      const before = await victims();
      // The attacker keeps the own row with any address.
      expect((await usher.api.signIn(email, poolPassword)).body.user).toMatchObject({ id, email: attacker });
      const { accessToken } = await tokensFromCognito(email);
      expect((await usher.api.get('/users/me', bearer(accessToken))).body.id).toBe(id);
      expect(await victims()).toBe(before);
    },
  );

  it('that is linked to another sub, even with a verified address', async () => {
    expect((await usher.api.signIn(ada.email, ada.password)).body.user?.id).toBe(ada.id);
    const owner = String((await rowOf(ada.email))?.cognito_sub);
    await changeAttributes(usher, owner, { email: 'ada.moved@example.com', email_verified: 'true' });
    await createPoolUser(usher, ada.email);
    await expectNoWayIn(ada.email);
    // Its owner has migrated and still has the row.
    expect((await usher.api.signIn('ada.moved@example.com', ada.password)).body.user?.id).toBe(ada.id);
  });
});

describe('an unconfirmed pool user with the address of another user', () => {
  const checkOldPassword = async () => {
    const { body } = await usher.api.post('/aws/auth', {
      email: carol.email,
      password: carol.password,
      access_token: usher.migrationToken,
    });
    return body.success;
  };

  it('cannot sign in before the owner of the address', async () => {
    const before = await victims();
    expect(await checkOldPassword()).toBe(false);
    expect((await usher.api.signIn(carol.email, carol.password)).status).toBe(401);
    expect(await victims()).toBe(before);
  });

  it('loses access to the row when the owner of the address signs in', async () => {
    await usher.database.sql(
      `UPDATE users SET reset_password_token = 'theirs', unlock_token = 'theirs', unconfirmed_email = $2 WHERE email = $1`,
      [carol.email, 'mallory@example.com'],
    );
    await createPoolUser(usher, carol.email);
    const { status, body } = await usher.api.signIn(carol.email, poolPassword);
    expect({ status, user: body.user }).toEqual({
      status: 200,
      user: { id: carol.id, email: carol.email, firstName: null, lastName: null, roles: [] },
    });
    expect(await rowOf(carol.email)).toMatchObject({
      encrypted_password: '',
      reset_password_token: null,
      confirmation_token: null,
      unlock_token: null,
      unconfirmed_email: null,
    });
    expect(await checkOldPassword()).toBe(false);
  });
});
