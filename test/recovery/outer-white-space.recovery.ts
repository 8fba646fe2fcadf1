import { describe, expect, it } from '@jest/globals';
import { legacyUser } from '../support/builders/addresses.js';
import { resetByMail, subjectsTo, requestCode } from '../support/drivers/mails.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  invite,
  poolPassword,
  temporaryPassword,
} from '../support/builders/pool-users.js';
import { bearer, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher();

const spaced = ' legacy-secret-1 ';
const plain = 'without-blanks-1';
const refusal = {
  code: 'passwords.policy',
  errors: [
    {
      field: 'password',
      message: 'must not start or end with white space or contain a line break',
    },
  ],
};

const change = (token: string, currentPassword: string, password = plain, language = 'en') =>
  usher.api.post(
    '/passwords/change',
    { currentPassword, password, passwordConfirmation: password },
    { ...bearer(token), 'accept-language': language },
  );

describe('a legacy password with outer white space', () => {
  it.each([spaced, '\tlegacy-secret-1', 'legacy-secret-1\n'])(
    'migrates and signs in: %j',
    async (password) => {
      const email = `migrates-${password.length}${password.endsWith('\n')}@example.com`;
      await legacyUser(usher, email, password);
      expect((await usher.api.signIn(email, password.trim())).status).toBe(401);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
      expect((await usher.api.signIn(email, password.trim())).status).toBe(401);
    },
  );

  it('cannot be changed, and the answer refers to the reset in every language, which works', async () => {
    const email = 'changes@example.com';
    await legacyUser(usher, email, spaced);
    const { accessToken } = await signInWithTokens(usher.api, { email, password: spaced });
    for (const [language, words] of Object.entries({
      en: 'Reset it with a code that you receive by e-mail',
      de: 'Setzen Sie es mit einem Code zurück, den Sie per E-Mail erhalten',
      es: 'Restablézcala con un código que recibirá por correo electrónico',
      fr: 'Réinitialisez-le avec un code que vous recevrez par e-mail',
      it: 'La reimposti con un codice che riceverà per e-mail',
    })) {
      const { status, body } = await change(accessToken, spaced, plain, language);
      expect({ status, code: body.code }).toEqual({ status: 403, code: 'passwords.reset_required' });
      expect(body.detail).toContain(words);
    }
    expect(await usher.database.sql('SELECT 1 FROM usher.password_changes')).toEqual([]);
    expect(subjectsTo(usher, email)).toEqual([]);
    expect((await usher.api.signIn(email, spaced)).status).toBe(200);

    expect(await resetByMail(usher, email, plain)).toBe(204);
    const again = await signInWithTokens(usher.api, { email, password: plain });
    expect((await change(again.accessToken, plain, 'yet-another-1')).status).toBe(204);
  });

  it('is reported as wrong when it is wrong', async () => {
    const email = 'mistypes@example.com';
    await legacyUser(usher, email, spaced);
    const { accessToken } = await signInWithTokens(usher.api, { email, password: spaced });
    for (const wrong of [`${spaced} `, ' x ', 'legacy-secret-1'])
      expect(await change(accessToken, wrong)).toMatchObject({
        status: 401,
        body: { code: 'auth.invalid_credentials' },
      });
  });

  it('is referred to the reset after a stranger has requested one', async () => {
    const email = 'reset-by-a-stranger@example.com';
    await legacyUser(usher, email, spaced);
    await usher.api.post('/passwords/forgot', { email });
    expect((await usher.api.signIn(email, spaced.trim())).status).toBe(401);
    expect(await usher.api.signIn(email, spaced)).toMatchObject({
      status: 403,
      body: { code: 'passwords.reset_required' },
    });
  });
});

describe('a new password with outer white space is refused with the name of the field', () => {
  it.each([' chosen-by-me-1', 'chosen-by-me-1 ', 'chosen\nby-me-1'])(
    'at a sign-up, a change, a reset and a first password: %j',
    async (password) => {
      const email = `${Buffer.from(password).toString('hex')}@example.com`;
      const twice = { password, passwordConfirmation: password };
      const signUp = await usher.api.post('/users', { email: `new-${email}`, ...twice });
      expect(signUp).toMatchObject({ status: 422, body: refusal });

      await createPoolUser(usher, email);
      const { accessToken } = await signInWithTokens(usher.api, { email, password: poolPassword });
      expect(await change(accessToken, poolPassword, password)).toMatchObject({ status: 422, body: refusal });

      const code = await requestCode(usher, email);
      const reset = (chosen: string) =>
        usher.api.post('/passwords/reset', { email, code, password: chosen, passwordConfirmation: chosen });
      expect(await reset(password)).toMatchObject({ status: 422, body: refusal });
      expect((await reset(plain)).status).toBe(204);

      await invite(usher, `invited-${email}`);
      const challenge = challengeOf(await usher.api.signIn(`invited-${email}`, temporaryPassword));
      const answer = await answerTo(usher, challenge, { NEW_PASSWORD: password });
      const [error] = refusal.errors;
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'passwords.policy', errors: [{ ...error, field: 'answers.NEW_PASSWORD' }] },
      });
    },
  );
});
