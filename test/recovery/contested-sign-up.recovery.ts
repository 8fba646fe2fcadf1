import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { PasswordHasher } from '../../src/credentials/password-hasher.js';
import { personWith } from '../support/builders/admins.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { tokenIn } from '../support/drivers/mails.js';
import { signUps } from '../support/drivers/sign-ups.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { PASSWORD_PEPPERS: 'a-pepper' } });

const password = 'chosen-by-me-1';
const strangersPassword = 'of-the-squatter-1';
const { confirm, confirmBare, rowOf, longAgo, signUpWithEach, resentToken, pendingOf } = signUps(
  () => usher,
  password,
);

describe('the password at the confirmation', () => {
  it('is required, and a wrong one consumes neither the link nor the sign-up', async () => {
    const [token = ''] = await signUpWithEach('asked@example.com', password);
    for (const answer of [
      await confirmBare(token),
      await confirm(token, ''),
      await confirm(token, null),
      await confirm(token, ' '),
    ])
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'passwords.blank', errors: [{ field: 'password' }] },
      });
    expect(await pendingOf('asked@example.com')).toEqual([{ wrong_passwords: 0 }]);
    expect(await confirm(token, 'wrong-password-1')).toMatchObject({
      status: 401,
      body: { code: 'auth.invalid_credentials' },
    });
    expect((await rowOf('asked@example.com'))?.confirmed).toBe(false);
    expect((await confirm(token)).status).toBe(204);
    expect((await confirm(token, 'wrong-password-1')).status).toBe(204);
    expect((await confirmBare(token)).status).toBe(204);
  });

  it('is not checked for an unknown or expired token', async () => {
    const [token = ''] = await signUpWithEach('unchecked@example.com', password);
    await usher.database.sql(
      `UPDATE usher.confirmations SET expires_at = now() - interval '1 second' WHERE email = 'unchecked@example.com'`,
    );
    const verify = jest.spyOn(usher.app.get(PasswordHasher), 'verify');
    for (const bad of [token, 'made-up'])
      expect((await confirm(bad)).body.code).toBe('users.confirmation_invalid');
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
  });

  it('may be wrong ten times, also with concurrent requests', async () => {
    const email = 'guessed@example.com';
    const [token = ''] = await signUpWithEach(email, password);
    const guess = async (n: number) => (await confirm(token, `guess-${n}`)).body.code;
    const codes = await Promise.all(Array.from({ length: 25 }, (_each, n) => guess(n)));
    // Requests that were refused with 503 do not count.
    do codes.push(await guess(codes.length));
    while (codes.at(-1) !== 'users.confirmation_invalid');
    expect(codes.filter((code) => code === 'auth.invalid_credentials')).toHaveLength(10);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    // The sign-up remains for a link that is sent again.
    expect((await confirm(await resentToken(email))).status).toBe(204);
  });

  it('is accepted at the tenth attempt', async () => {
    const [token = ''] = await signUpWithEach('tenth@example.com', password);
    for (let guess = 1; guess < 10; guess += 1)
      expect((await confirm(token, `guess-${guess}`)).status).toBe(401);
    expect((await confirm(token)).status).toBe(204);
    expect((await usher.api.signIn('tenth@example.com', password)).status).toBe(200);
  });

  it('does not count as an attempt when too many hashes are queued', async () => {
    const [token = ''] = await signUpWithEach('busy@example.com', password);
    const overload = jest.spyOn(usher.app.get(PasswordHasher), 'isOverloaded', 'get').mockReturnValue(true);
    expect((await confirm(token)).body.code).toBe('overloaded');
    overload.mockRestore();
    expect(await pendingOf('busy@example.com')).toEqual([{ wrong_passwords: 0 }]);
    expect((await confirm(token)).status).toBe(204);
  });

  it('confirms once with two concurrent requests', async () => {
    const [token = ''] = await signUpWithEach('doubled@example.com', password);
    const answers = await Promise.all([confirm(token), confirm(token), confirm(token)]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await usher.api.signIn('doubled@example.com', password)).status).toBe(200);
  });
});

describe('a sign-up with another person’s address', () => {
  it('is not confirmed with the password of the owner’s own sign-up, in either order', async () => {
    for (const [email, order] of [
      ['first@example.com', [strangersPassword, password]],
      ['second@example.com', [password, strangersPassword]],
    ] as const) {
      const tokens = await signUpWithEach(email, ...order);
      const [ofStranger = '', ofOwner = ''] = order[0] === strangersPassword ? tokens : tokens.reverse();
      expect((await confirmBare(ofStranger)).body.code).toBe('passwords.blank');
      expect((await confirm(ofStranger)).body.code).toBe('auth.invalid_credentials');
      expect(await rowOf(email)).toMatchObject({ confirmed: false, hash: '' });
      expect((await confirm(ofOwner)).status).toBe(204);
      expect((await confirm(ofStranger, strangersPassword)).status).toBe(422);
      expect((await usher.api.signIn(email, strangersPassword)).status).toBe(401);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
    }
  });

  it('is not confirmed by a mail that is sent again, which confirms the sign-up with the typed password', async () => {
    const email = 'contested@example.com';
    const [, ofStranger = ''] = await signUpWithEach(email, password, strangersPassword, 'of-another-one-1');
    const token = await resentToken(email);
    expect((await confirmBare(token)).body.code).toBe('passwords.blank');
    expect((await confirm(token, 'wrong-password-1')).status).toBe(401);
    expect((await confirm(token)).status).toBe(204);
    expect(await rowOf(email)).toMatchObject({ confirmed: true, first_name: password });
    expect(await pendingOf(email)).toEqual([]);
    expect((await confirm(ofStranger, strangersPassword)).body.code).toBe('users.confirmation_invalid');
    expect((await usher.api.signIn(email, strangersPassword)).status).toBe(401);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('cannot displace a sign-up by many others before and after it, or make a confirmation expensive', async () => {
    const email = 'flooded@example.com';
    const flood = () =>
      usher.database.sql(
        `INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, password_hash, first_name, password_tag, expires_at)
         SELECT sha256(convert_to(gen_random_uuid()::text, 'UTF8')), user_id, purpose, email,
           '$2b$04$' || translate(substr(md5(random()::text), 1, 22), 'abcdef', 'ABCDEF') || repeat('.', 31),
           'flood', number % 64, expires_at
         FROM usher.confirmations, generate_series(0, 319) AS number
         WHERE id = (SELECT min(id) FROM usher.confirmations WHERE email = $1)`,
        [email],
      );
    await signUpWithEach(email, strangersPassword);
    await flood();
    await signUpWithEach(email, password);
    await flood();
    const token = await resentToken(email);
    const verify = jest.spyOn(usher.app.get(PasswordHasher), 'verify');
    expect((await confirm(token, 'wrong-password-1')).status).toBe(401);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(16);
    verify.mockRestore();
    expect((await confirm(token)).status).toBe(204);
    expect((await rowOf(email))?.first_name).toBe(password);
  });

  describe('with a row that Rails has created', () => {
    const carol = deviseUser('unconfirmed');
    const plain = deviseUser('plain');
    beforeAll(async () => {
      for (const { email, password: own } of [carol, plain]) {
        const hash = bcrypt.hashSync(`${own}a-pepper`, 4);
        await usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE email = $1', [email, hash]);
      }
    });

    it('does not change the row, which its own password confirms with either link', async () => {
      const before = await rowOf(carol.email);
      const [ofStranger = ''] = await signUpWithEach(carol.email, strangersPassword);
      expect(await rowOf(carol.email)).toEqual(before);
      expect((await confirm(ofStranger, 'wrong-password-1')).status).toBe(401);
      expect((await confirm(ofStranger, carol.password)).status).toBe(204);
      expect(await rowOf(carol.email)).toEqual({ ...before, confirmed: true, confirmation_token: null });
      expect((await usher.api.signIn(carol.email, strangersPassword)).status).toBe(401);
      expect((await usher.api.signIn(carol.email, carol.password)).status).toBe(200);
    });

    it('does not change the row either with a link that was sent again', async () => {
      await usher.database.sql(
        `INSERT INTO users (email, encrypted_password, first_name, created_at, updated_at)
         SELECT 'of-rails@example.com', encrypted_password, 'Rails', now(), now() FROM users WHERE email = $1`,
        [plain.email],
      );
      const before = await rowOf('of-rails@example.com');
      await signUpWithEach('of-rails@example.com', strangersPassword);
      const token = await resentToken('of-rails@example.com');
      expect((await confirm(token, plain.password)).status).toBe(204);
      expect(await rowOf('of-rails@example.com')).toEqual({ ...before, confirmed: true });
    });

    it('gives the row to the sign-up of the owner when the owner signs up again', async () => {
      const email = 'forgotten@example.com';
      await usher.database.sql(
        `INSERT INTO users (email, encrypted_password, first_name, last_name, reset_password_token, created_at, updated_at)
         SELECT $2, encrypted_password, 'Made', 'In Rails', 'a-token', now(), now() FROM users WHERE email = $1`,
        [plain.email, email],
      );
      const [token = ''] = await signUpWithEach(email, password);
      expect((await confirm(token)).status).toBe(204);
      expect(await rowOf(email)).toMatchObject({ first_name: password, last_name: null });
      expect((await usher.api.signIn(email, plain.password)).status).toBe(401);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
    });

    it('mails an instruction to sign up again when the row has no password, in every language', async () => {
      const email = 'blank-hash@example.com';
      await usher.database.sql(
        `INSERT INTO users (email, encrypted_password, created_at, updated_at) VALUES ($1, '', now(), now())`,
        [email],
      );
      for (const [language, text] of Object.entries({
        en: 'sign up again with this address',
        de: 'registrieren Sie sich mit dieser Adresse noch einmal',
        fr: 'inscrivez-vous de nouveau avec cette adresse',
        it: 'si registri di nuovo con questo indirizzo',
        es: 'regístrese de nuevo con esta dirección',
      })) {
        await longAgo();
        const route = language === 'en' ? '/passwords/forgot' : '/users/confirmation';
        await usher.api.post(route, { email }, { 'accept-language': language });
        const mail = await usher.mail.waitFor((sent) => sent.to.includes(email) && sent.text.includes(text));
        expect((await confirm(tokenIn(mail.text))).status).toBe(401);
      }
      const [token = ''] = await signUpWithEach(email, password);
      expect((await confirm(token)).status).toBe(204);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
    });
  });
});

describe('links of the previous release', () => {
  it('follow the same rules', async () => {
    const email = 'upgraded@example.com';
    const [ofStranger = '', ofOwner = ''] = await signUpWithEach(email, strangersPassword, password);
    const resent = await resentToken(email);
    await usher.database.sql(
      `UPDATE usher.confirmations SET password_tag = NULL, password_hash = coalesce(password_hash, '') WHERE email = $1`,
      [email],
    );
    expect((await confirm(ofStranger)).status).toBe(401);
    expect((await confirmBare(resent)).body.code).toBe('passwords.blank');
    expect((await confirm(resent, 'wrong-password-1')).status).toBe(401);
    expect((await confirm(resent)).status).toBe(204);
    // The sign-up that matched remains, and its own link is consumed with it.
    expect((await confirm(ofOwner)).status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });
});

describe('a row that is disabled before its confirmation', () => {
  it('loses its links, also after it is enabled again', async () => {
    const email = 'stopped@example.com';
    const [token = ''] = await signUpWithEach(email, password);
    const admin = await personWith(usher, 'the-admin@example.com', 'admin');
    const path = `/admin/users/${(await rowOf(email))?.id}`;
    expect((await usher.api.post(`${path}/disable`, undefined, admin.headers)).status).toBe(204);
    expect(await pendingOf(email)).toEqual([]);
    expect((await usher.api.post(`${path}/enable`, undefined, admin.headers)).status).toBe(204);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect((await rowOf(email))?.confirmed).toBe(false);
  });
});
