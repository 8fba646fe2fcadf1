import { canonicalEmail } from '#contracts/email-address';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type DeviseUser, deviseUsers, maySignIn } from '../support/builders/devise-users.js';
import { createDeviseDatabase } from '../support/drivers/database.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher(async () => ({ database: await createDeviseDatabase() }));
beforeAll(async () => {
  const { status, body } = await usher.api.signIn('nobody@example.com', 'whatever-1');
  theRefusal = { status, body: withoutRequestId(body) };
});

const withoutRequestId = <Body extends object>(body: Body) => ({ ...body, requestId: '' });

/** The refusal of an unknown address. */
let theRefusal: { status: number; body: object & { detail?: string } };

async function expectRefusal(email: string, password: string): Promise<void> {
  const { status, body } = await usher.api.signIn(email, password);
  expect({ status, body: withoutRequestId(body) }).toEqual(theRefusal);
}

async function expectSignIn(user: DeviseUser, password: string): Promise<void> {
  const { status, body } = await usher.api.signIn(user.typed_email, password);
  expect({ status, user: body.user }).toEqual({
    status: 200,
    user: { id: user.id, email: user.email, firstName: user.first_name, lastName: user.last_name, roles: [] },
  });
  expect(body.tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600 });
}

/** New pool users get the A-label of an international domain. */
const normalised = (user: DeviseUser) => canonicalEmail(user.typed_email);

/** Deletes the pool user and all counted failures. */
async function forget(user: DeviseUser): Promise<void> {
  const Username = normalised(user);
  await usher.cognito.adminDeleteUser({ UserPoolId: usher.userPoolId, Username });
  await usher.database.sql('UPDATE users SET cognito_sub = NULL, cognito_linked_at = NULL WHERE id = $1', [
    user.id,
  ]);
  await usher.database.sql('DELETE FROM usher.account_failures');
}

describe('the refusal', () => {
  it('is 401 with a hint at the password reset', () => {
    const { status, body } = theRefusal;
    expect(status).toBe(401);
    expect(body).toMatchObject({
      code: 'auth.invalid_credentials',
      type: 'urn:usher:problem:auth.invalid_credentials',
    });
    expect(body.detail).toMatch(/reset the password/);
  });
});

describe.each(deviseUsers.filter(maySignIn).map((user) => [user.key, user] as const))(
  '%s, who can sign in',
  (_key, user) => {
    it('is refused with the wrong password, then signs in twice', async () => {
      await expectRefusal(user.typed_email, user.wrong_password);
      await expectSignIn(user, user.password);
      await expectSignIn(user, user.password);
      await expectRefusal(user.typed_email, user.wrong_password);
    });

    it('has the attributes of the legacy application in the pool', async () => {
      const { UserAttributes = [], UserStatus } = await usher.cognito.adminGetUser({
        UserPoolId: usher.userPoolId,
        Username: normalised(user),
      });
      const attributes: Record<string, string | undefined> = Object.fromEntries(
        UserAttributes.map(({ Name = '', Value }) => [Name, Value]),
      );
      const name = [user.first_name, user.last_name].filter(Boolean).join(' ');
      expect(UserStatus).toBe('CONFIRMED');
      expect(attributes).toMatchObject({
        email: normalised(user),
        email_verified: 'true',
        'custom:rails_app_id': String(user.id),
      });
      expect(attributes.name).toBe(name === '' ? undefined : name);
    });
  },
);

const alike = (list: 'also_accepts' | 'also_rejects') =>
  deviseUsers
    .filter(maySignIn)
    .flatMap((user) => user[list].map((password) => [user.key, password, user] as const));

describe('on a pool without the user', () => {
  it.each(alike('also_accepts'))(
    '%s migrates with %j and keeps exactly this password',
    async (_key, password, user) => {
      await forget(user);
      await expectSignIn(user, password);
      await expectSignIn(user, password);
      await expectRefusal(user.typed_email, user.password);
    },
  );

  it.each(alike('also_rejects'))('%s does not migrate with %j', async (_key, password, user) => {
    await forget(user);
    await expectRefusal(user.typed_email, password);
    await expectSignIn(user, user.password);
  });
});

describe.each(deviseUsers.filter((user) => !maySignIn(user)).map((user) => [user.key, user] as const))(
  '%s, who cannot sign in',
  (_key, user) => {
    it('gets the same refusal even with the correct password', async () => {
      await expectRefusal(user.typed_email, user.wrong_password);
      await expectRefusal(user.typed_email, user.password);
      for (const password of user.also_rejects.filter((text) => text !== '')) {
        await expectRefusal(user.typed_email, password);
      }
    });

    it('is not in the pool', async () => {
      const find = { UserPoolId: usher.userPoolId, Username: normalised(user) };
      await expect(usher.cognito.adminGetUser(find)).rejects.toMatchObject({ name: 'UserNotFoundException' });
    });
  },
);
