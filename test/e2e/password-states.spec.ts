import { describe, expect, it } from '@jest/globals';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, mailedCode, subjectsTo } from '../support/drivers/mails.js';
import { createPoolUser, invite, poolPassword, temporaryPassword } from '../support/builders/pool-users.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const forgot = (email: string) => usher.api.post('/passwords/forgot', { email });
const newPassword = 'chosen-by-the-owner-1';
const reset = (email: string, code: string) =>
  usher.api.post('/passwords/reset', {
    email,
    code,
    password: newPassword,
    passwordConfirmation: newPassword,
  });

const user = (email: string) => ({ UserPoolId: usher.userPoolId, Username: email });
const inPool = async (email: string) => {
  try {
    const found = await usher.cognito.adminGetUser(user(email));
    return found.UserStatus;
  } catch (error) {
    return (error as Error).name;
  }
};
const squat = (email: string) =>
  usher.cognito.signUp({ ClientId: usher.clientId, Username: email, Password: 'of-the-squatter-1' });

interface State {
  email: string;
  /** The password before the request. */
  password: string;
  prepare: () => Promise<unknown>;
  /** Subjects of the mails of a request. */
  mails: string[];
  /** The status of the pool user afterwards. */
  status: string;
  /** The result of a sign-in with the current password after the request, before a code was used. */
  oldPassword: number;
}

const code = 'Your verification code';
const confirmation = 'Confirm your address';

/** All kinds of users who can request a reset, with the expected results. */
const states: Record<string, () => State> = {
  'an unknown user': () => ({
    ...{ email: 'nobody@example.com', password: 'x', prepare: async () => undefined },
    ...{ mails: [], status: 'UserNotFoundException', oldPassword: 401 },
  }),
  'a user disabled at Usher': () => ({
    ...{ email: deviseUser('plain').email, password: deviseUser('plain').password },
    prepare: () =>
      usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE email = $1', [
        deviseUser('plain').email,
      ]),
    ...{ mails: [], status: 'UserNotFoundException', oldPassword: 401 },
  }),
  'a user disabled in the pool': () => ({
    ...{ email: 'off@example.com', password: poolPassword },
    prepare: async () => {
      await createPoolUser(usher, 'off@example.com');
      await usher.cognito.adminDisableUser(user('off@example.com'));
    },
    ...{ mails: [], status: 'CONFIRMED', oldPassword: 401 },
  }),
  'a legacy user': () => ({
    ...{ email: deviseUser('second').email, password: deviseUser('second').password },
    prepare: async () => undefined,
    ...{ mails: [code], status: 'RESET_REQUIRED', oldPassword: 200 },
  }),
  'a legacy user locked by Devise': () => ({
    ...{ email: 'dave@example.com', password: 'locked-out-1', prepare: async () => undefined },
    ...{ mails: [code], status: 'RESET_REQUIRED', oldPassword: 401 },
  }),
  'an unconfirmed row': () => ({
    ...{ email: 'carol@example.com', password: 'unconfirmed-1', prepare: async () => undefined },
    ...{ mails: [confirmation], status: 'UserNotFoundException', oldPassword: 401 },
  }),
  'a legacy user whose address has an unconfirmed pool user': () => ({
    ...{ email: 'frank@example.com', password: deviseUser('failed_attempts').password },
    prepare: () => squat('frank@example.com'),
    ...{ mails: [code, code], status: 'RESET_REQUIRED', oldPassword: 200 },
  }),
  'an invited user': () => ({
    ...{ email: 'invited@example.com', password: temporaryPassword },
    prepare: () => invite(usher, 'invited@example.com'),
    ...{ mails: ['Your temporary password'], status: 'FORCE_CHANGE_PASSWORD', oldPassword: 401 },
  }),
  'a user of the pool': () => ({
    ...{ email: 'settled@example.com', password: poolPassword },
    prepare: () => createPoolUser(usher, 'settled@example.com'),
    ...{ mails: [code], status: 'CONFIRMED', oldPassword: 200 },
  }),
  'a user whom an administrator has reset': () => ({
    ...{ email: 'must-reset@example.com', password: poolPassword },
    prepare: async () => {
      await createPoolUser(usher, 'must-reset@example.com');
      await usher.cognito.adminResetUserPassword(user('must-reset@example.com'));
    },
    ...{ mails: [code, code], status: 'RESET_REQUIRED', oldPassword: 401 },
  }),
};

describe.each(Object.entries(states))('a reset for %s', (_name, describeState) => {
  const state = describeState();

  it('gets the same response as all others, and the expected mails', async () => {
    await state.prepare();
    const { status, text } = await forgot(state.email);
    expect({ status, text }).toEqual({ status: 202, text: '' });
    await allMailsSent(usher);
    expect({ mails: subjectsTo(usher, state.email), pool: await inPool(state.email) }).toEqual({
      mails: state.mails,
      pool: state.status,
    });
  });

  it('refuses a guessed code', async () => {
    const { status, body } = await reset(state.email, '000000');
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'passwords.code_wrong' });
    expect(await inPool(state.email)).toBe(state.status);
  });

  it('does not change a valid password', async () => {
    const { status } = await usher.api.signIn(state.email, state.password);
    expect(status).toBe(state.oldPassword);
  });

  it('is completed with the mailed code, if any, and invalidates the old password', async () => {
    if (!state.mails.includes(code)) return;
    await forgot(state.email);
    expect((await reset(state.email, await mailedCode(usher, state.email))).status).toBe(204);
    expect(await inPool(state.email)).toBe('CONFIRMED');
    expect((await usher.api.signIn(state.email, newPassword)).status).toBe(200);
    expect((await usher.api.signIn(state.email, state.password)).status).toBe(401);
  });
});
