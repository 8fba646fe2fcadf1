import { describe, expect, it } from '@jest/globals';
import { legacyUser, oldPassword, withoutCredentials } from '../support/builders/addresses.js';
import { addressesOf, confirmEmail, emailChanger } from '../support/builders/email-changes.js';
import { allMailsSent, mailedToken, subjectsTo } from '../support/drivers/mails.js';
import { signUps } from '../support/drivers/sign-ups.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const ofStranger = 'of-the-stranger-1';
const { confirm, rowOf, signUpWithEach } = signUps(() => usher, ofStranger);

const poolUser = async (email: string) => {
  try {
    const command = usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email });
    const { UserStatus: status, Username: sub } = await command;
    return { status, sub };
  } catch (error) {
    return { status: (error as Error).name, sub: undefined };
  }
};
const signUpAtPool = async (email: string): Promise<string> => {
  const command = usher.cognito.signUp({ ClientId: usher.clientId, Username: email, Password: ofStranger });
  return (await command).UserSub ?? '';
};

/** A user who requests a change to an address and can read its mailbox. */
async function changer(from: string, to: string) {
  const owner = await emailChanger(usher, from);
  await allMailsSent(usher);
  expect((await owner.change(to)).status).toBe(202);
  await allMailsSent(usher);
  const click = async () => (await confirmEmail(usher, await mailedToken(usher, to))).body.code ?? 204;
  const here = async () => (await addressesOf(usher, owner)).here;
  return { ...owner, click, here };
}

describe('a change of address to one that a stranger has signed up with', () => {
  it('deletes the unconfirmed sign-up with its links at the click', async () => {
    const to = 'taken-first@example.com';
    const [token = ''] = await signUpWithEach(to, ofStranger);
    const id = (await rowOf(to))?.id;
    const owner = await changer('owner-1@example.com', to);
    expect(subjectsTo(usher, to).at(-1)).toBe('Confirm your new address');
    expect((await rowOf(to))?.id).toBe(id);
    expect(await owner.click()).toBe(204);
    expect(await addressesOf(usher, owner)).toEqual({ here: to, pool: to, waiting: null });
    expect(await usher.database.sql('SELECT 1 FROM usher.confirmations WHERE user_id = $1', [id])).toEqual(
      [],
    );
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect(await owner.click()).toBe(204);
  });

  it('deletes a sign-up that the stranger makes after the request', async () => {
    const to = 'taken-later@example.com';
    const owner = await changer('owner-2@example.com', to);
    const token = await mailedToken(usher, to);
    await signUpWithEach(to, ofStranger);
    expect((await confirmEmail(usher, token)).status).toBe(204);
    expect(await owner.here()).toBe(to);
  });

  it.each<[string, string]>([
    ['the old application has inserted', `usher_migration_reason = NULL`],
    ['has been confirmed', `confirmed_at = now()`],
    ['has a password of the old application', `encrypted_password = '$2a$04$hash'`],
    ['an administrator has disabled', `usher_disabled_at = now()`],
    ['an administrator has given a role', `usher_roles = '{support}'`],
    ['is linked', `cognito_sub = 'another-sub'`],
  ])('refuses the click when the row %s', async (what, change) => {
    const to = `kept-${what.replaceAll(/\W/g, '-')}@example.com`;
    const owner = await changer(`from-${to}`, to);
    const token = await mailedToken(usher, to);
    await signUpWithEach(to, ofStranger);
    await usher.database.sql(`UPDATE users SET ${change} WHERE email = $1`, [to]);
    expect(await confirmEmail(usher, token)).toMatchObject({
      status: 409,
      body: { code: 'auth.account_link_conflict' },
    });
    expect(await owner.here()).toBe(owner.email);
    expect((await addressesOf(usher, owner)).pool).toBe(owner.email);
    expect(await rowOf(to)).toBeDefined();
  });

  it('refuses the click when a legacy table references the row', async () => {
    const to = 'referred-to@example.com';
    await signUpWithEach(to, ofStranger);
    await usher.database.sql('CREATE TABLE orders (user_id bigint REFERENCES users (id))');
    await usher.database.sql('INSERT INTO orders SELECT id FROM users WHERE email = $1', [to]);
    const owner = await changer('owner-6@example.com', to);
    expect(await owner.click()).toBe('auth.account_link_conflict');
    expect(await addressesOf(usher, owner)).toMatchObject({ here: owner.email, pool: owner.email });
    expect(await rowOf(to)).toBeDefined();
  });

  it('mails no link to the address of a legacy row, confirmed or not', async () => {
    const to = 'of-rails@example.com';
    await legacyUser(usher, to);
    await usher.database.sql('UPDATE users SET confirmed_at = NULL WHERE email = $1', [to]);
    await changer('asks-for-of-rails@example.com', to);
    expect(subjectsTo(usher, to)).not.toContain('Confirm your new address');
  });

  it('leaves a row that is confirmed during the request to Cognito', async () => {
    const to = 'confirmed-meanwhile@example.com';
    const [token = ''] = await signUpWithEach(to, ofStranger);
    const owner = await changer('owner-3@example.com', to);
    const held = usher.proxy.holdAnswer('AdminUpdateUserAttributes');
    const click = owner.click();
    await held.done;
    expect((await confirm(token)).status).toBe(204);
    held.release();
    expect(await click).toBe('auth.account_link_conflict');
    expect(await addressesOf(usher, owner)).toMatchObject({ here: owner.email, pool: owner.email });
    expect((await usher.api.signIn(to, ofStranger)).status).toBe(200);
  });

  it('deletes an unconfirmed sign-up at the pool', async () => {
    const to = 'taken-at-pool@example.com';
    const owner = await changer('owner-4@example.com', to);
    const sub = await signUpAtPool(to);
    expect((await poolUser(to)).sub).toBe(sub);
    expect(await owner.click()).toBe(204);
    expect(await addressesOf(usher, owner)).toMatchObject({ here: to, pool: to });
  });

  it('refuses the click for a confirmed pool user', async () => {
    const to = 'confirmed-at-pool@example.com';
    const owner = await changer('owner-5@example.com', to);
    const sub = await signUpAtPool(to);
    await usher.cognito.adminConfirmSignUp({ UserPoolId: usher.userPoolId, Username: sub });
    expect(await owner.click()).toBe('auth.account_link_conflict');
    expect(await poolUser(to)).toEqual({ status: 'CONFIRMED', sub });
  });
});

describe('a sign-up at the pool with the address of a legacy user', () => {
  const signIn = async (email: string, password = oldPassword) =>
    (await usher.api.signIn(email, password)).status;

  it('is deleted by the right legacy password, and the sign-in migrates the user', async () => {
    const email = 'squatted@example.com';
    await legacyUser(usher, email);
    const sub = await signUpAtPool(email);
    expect(await signIn(email, 'wrong-password-1')).toBe(401);
    expect(await poolUser(email)).toEqual({ status: 'UNCONFIRMED', sub });
    expect(await signIn(email)).toBe(200);
    const migrated = await poolUser(email);
    expect(migrated.status).toBe('CONFIRMED');
    expect(migrated.sub).not.toBe(sub);
    expect(await rowOf(email)).toMatchObject({ sub: migrated.sub });
    expect(await signIn(email, ofStranger)).toBe(401);
  });

  it('is deleted for a sign-up that Usher has confirmed', async () => {
    const email = 'new-and-squatted@example.com';
    const [token = ''] = await signUpWithEach(email, 'chosen-by-me-1');
    expect((await confirm(token, 'chosen-by-me-1')).status).toBe(204);
    await signUpAtPool(email);
    expect(await signIn(email, 'chosen-by-me-1')).toBe(200);
  });

  it('is kept when a row is linked to it', async () => {
    const email = 'squatted-and-linked@example.com';
    await legacyUser(usher, email);
    await legacyUser(usher, 'has-moved@example.com');
    const sub = await signUpAtPool(email);
    await usher.database.sql(`UPDATE users SET cognito_sub = $1 WHERE email = 'has-moved@example.com'`, [
      sub,
    ]);
    expect(await signIn(email)).toBe(401);
    await usher.api.post('/passwords/forgot', { email });
    expect((await poolUser(email)).sub).toBe(sub);
  });

  it('is kept when it is confirmed before its deletion', async () => {
    const email = 'squatted-and-confirmed@example.com';
    await legacyUser(usher, email);
    const sub = await signUpAtPool(email);
    const held = usher.proxy.holdAnswer('AdminGetUser');
    const attempt = signIn(email);
    await held.done;
    await usher.cognito.adminConfirmSignUp({ UserPoolId: usher.userPoolId, Username: sub });
    held.release();
    expect(await attempt).toBe(401);
    expect(await poolUser(email)).toEqual({ status: 'CONFIRMED', sub });
  });

  it.each(['locked_at = now()', 'confirmed_at = NULL', 'usher_disabled_at = now()'])(
    'is kept for a row with %s',
    async (change) => {
      const email = `squatted-${change.replaceAll(/\W/g, '')}@example.com`;
      await legacyUser(usher, email);
      await usher.database.sql(`UPDATE users SET ${change} WHERE email = $1`, [email]);
      const sub = await signUpAtPool(email);
      expect(await signIn(email)).toBe(401);
      expect((await poolUser(email)).sub).toBe(sub);
    },
  );

  it('still prevents the sign-in when Usher has no AWS credentials', async () => {
    const email = 'squatted-alone@example.com';
    await legacyUser(usher, email);
    const sub = await signUpAtPool(email);
    const alone = await withoutCredentials(usher);
    expect((await alone.signIn(email, oldPassword)).status).toBe(401);
    expect((await poolUser(email)).sub).toBe(sub);
  });
});
