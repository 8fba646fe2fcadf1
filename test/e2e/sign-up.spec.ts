import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { PasswordChecks } from '../../src/users/password-checks.js';
import { personWith } from '../support/admins.js';
import { openPage } from '../support/confirmation-page.js';
import { deviseUser } from '../support/devise-users.js';
import { allMailsSent, mailedToken, subjectsTo, tokenIn } from '../support/mails.js';
import { createPoolUser } from '../support/pool-users.js';
import { startUsher, type Usher } from '../support/usher.js';

let usher: Usher;
beforeAll(async () => {
  usher = await startUsher({ environment: { PASSWORD_PEPPERS: 'a-pepper' } });
});
afterAll(() => usher.close());

const password = 'chosen-by-me-1';
const signUp = (email: string, changes: object = {}, headers?: Record<string, string>) =>
  usher.api.post('/users', { email, password, passwordConfirmation: password, ...changes }, headers);
const confirm = (token: string, typed: string | null | undefined = password) =>
  usher.api.call('PUT', '/users/confirmation', { body: { token, password: typed } });
const confirmBare = (token: string) => usher.api.call('PUT', '/users/confirmation', { body: { token } });
const resend = (email: string) => usher.api.post('/users/confirmation', { email });

interface Row {
  id: number;
  hash: string;
  confirmed: boolean;
  first_name: string | null;
  last_name: string | null;
  confirmation_token: string | null;
  sub: string | null;
}
const rowOf = async (email: string) =>
  (
    await usher.database.sql<Row>(
      `SELECT id::int, encrypted_password AS hash, confirmed_at IS NOT NULL AS confirmed, first_name, last_name,
         confirmation_token, cognito_sub AS sub FROM users WHERE lower(email) = lower($1)`,
      [email],
    )
  )[0];
const longAgo = () =>
  usher.database.sql(`UPDATE usher.confirmations SET created_at = created_at - interval '61 seconds'`);

describe('signing up', () => {
  it('takes a mail to confirm, and the first sign-in brings Cognito in', async () => {
    const email = 'new@example.com';
    const { status, text } = await signUp(' New@Example.com ', { firstName: 'New', lastName: 'Person' });
    expect({ status, text }).toEqual({ status: 202, text: '' });
    const { text: mail } = await usher.mail.waitFor(({ to }) => to.includes(email));
    expect(mail).toContain(`http://localhost:${new URL(usher.url).port}/users/confirmation?token=`);
    expect((await usher.api.signIn(email, password)).status).toBe(401);
    expect(await rowOf(email)).toMatchObject({ confirmed: false, hash: '', confirmation_token: null });

    expect(await confirm(tokenIn(mail))).toMatchObject({ status: 204, text: '' });
    expect(await rowOf(email)).toMatchObject({ confirmed: true, hash: expect.stringMatching(/^\$2b\$10\$/) });
    const { body } = await usher.api.signIn(email, password);
    expect(body.user).toMatchObject({ email, firstName: 'New', lastName: 'Person' });
    expect((await rowOf(email))?.sub).not.toBeNull();
  });

  it('keeps no token that would open anything', async () => {
    await signUp('digest@example.com');
    const token = await mailedToken(usher, 'digest@example.com');
    const tables = await usher.database.sql('SELECT * FROM usher.confirmations');
    expect(JSON.stringify(tables)).not.toContain(token);
    expect(JSON.stringify(tables)).not.toContain(Buffer.from(token).toString('hex'));
  });

  it('refuses passwords that cannot be, rule by rule', async () => {
    const refusal = async (changes: object) => {
      const { status, body } = await signUp('rules@example.com', changes);
      return `${status} ${body.code}: ${body.errors?.map(({ message }) => message).join(', ') ?? ''}`;
    };
    const both = (text: string) => ({ password: text, passwordConfirmation: text });
    expect(await refusal(both('  '))).toMatch(/^422 passwords.blank/);
    expect(await refusal({ password: undefined, passwordConfirmation: undefined })).toMatch(
      /^422 passwords.blank/,
    );
    expect(await refusal({ passwordConfirmation: 'other' })).toMatch(/^422 passwords.confirmation_mismatch/);
    expect(await refusal(both('short'))).toBe('422 passwords.policy: is too short, needs a digit');
    expect(await refusal(both(' leading-space-1'))).toMatch(/^422 passwords.policy/);
    // 64 bytes and a pepper of eight fit into what bcrypt reads, one more does not.
    expect(await refusal(both(`1${'x'.repeat(64)}`))).toMatch(/^422 passwords.policy: .*too long/);
    expect((await signUp('fits@example.com', both(`1${'x'.repeat(63)}`))).status).toBe(202);
    expect(await rowOf('rules@example.com')).toBeUndefined();
  });

  it('answers alike for an address that has an account, and tells the owner', async () => {
    const known = deviseUser('plain');
    await createPoolUser(usher, 'pool-only@example.com');
    for (const email of [known.email, 'unknown@example.com']) {
      const { status, text, headers } = await signUp(email, {}, { 'accept-language': 'fr' });
      expect({ status, text, cookie: headers.get('set-cookie') }).toEqual({
        status: 202,
        text: '',
        cookie: null,
      });
    }
    await allMailsSent(usher);
    expect(subjectsTo(usher, known.email)).toEqual(['Vous avez déjà un compte']);
    expect(subjectsTo(usher, 'unknown@example.com')).toEqual(['Confirmez votre adresse']);
    expect((await rowOf(known.email))?.hash).not.toBe('');
  });

  it('says nothing to a person who is disabled, and makes one row of many sign-ups at once', async () => {
    await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE email = 'erin@example.com'`);
    expect((await signUp('erin@example.com')).status).toBe(202);
    const answers = await Promise.all(Array.from({ length: 10 }, () => signUp('crowd@example.com')));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202));
    await allMailsSent(usher);
    expect(subjectsTo(usher, 'erin@example.com')).toEqual([]);
    const rows = await usher.database.sql(`SELECT 1 FROM users WHERE email = 'crowd@example.com'`);
    expect(rows).toHaveLength(1);
  });
});

describe('the mailed link', () => {
  it('is a page that confirms nothing by itself, in the language of the reader', async () => {
    await signUp('page@example.com');
    const token = await mailedToken(usher, 'page@example.com');
    const page = await usher.api.get(`/users/confirmation?token=${token}`, { 'accept-language': 'it' });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(
      /script-src 'sha256-[^;]+';style-src 'sha256-/,
    );
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).toContain('Confermi il Suo indirizzo');
    expect(page.text).not.toContain(token);
    expect((await rowOf('page@example.com'))?.confirmed).toBe(false);
  });

  it('asks for the password once the service has, and says what came of it', async () => {
    await signUp('script@example.com');
    const token = await mailedToken(usher, 'script@example.com');
    const page = await openPage(`${usher.url}/users/confirmation?token=${token}`, {
      'accept-language': 'de',
    });
    expect(page.label).toMatchObject({ textContent: 'Passwort', hidden: true });
    expect(await page.submit()).toMatch(/^Geben Sie das Passwort ein/);
    expect(page.label.hidden).toBe(false);
    expect(await page.submit('wrong-password-1')).toMatch(/^Das ist nicht das richtige Passwort/);
    expect(page.form.hidden).toBe(false);
    expect(await page.submit(password)).toMatch(/^Ihre Adresse ist bestätigt/);
    expect(page.form.hidden).toBe(true);
    expect(page.requests.map(({ method, body }) => [method, Object.keys(body)])).toEqual([
      ['PUT', ['token']],
      ['PUT', ['token', 'password']],
      ['PUT', ['token', 'password']],
    ]);
    const wrong = await openPage(`${usher.url}/users/confirmation?token=made-up`);
    expect(await wrong.submit()).toMatch(/^This did not work: This confirmation link is wrong/);
    expect(wrong.label.hidden).toBe(true);
  });

  it('may be opened twice by its owner, and is good for a time', async () => {
    await signUp('twice@example.com');
    const token = await mailedToken(usher, 'twice@example.com');
    expect((await confirm(token)).status).toBe(204);
    expect((await confirm(token)).status).toBe(204);
    await signUp('late@example.com');
    const late = await mailedToken(usher, 'late@example.com');
    await usher.database.sql(
      `UPDATE usher.confirmations SET expires_at = now() - interval '1 second' WHERE used_at IS NULL`,
    );
    expect((await confirm(late)).body.code).toBe('users.confirmation_invalid');
    for (const token of ['made-up', late.slice(1), `${late}x`])
      expect(await confirm(token)).toMatchObject({
        status: 422,
        body: { code: 'users.confirmation_invalid' },
      });
  });

  it('cannot be changed into somebody else’s by a later row', async () => {
    await signUp('gone@example.com');
    const token = await mailedToken(usher, 'gone@example.com');
    await usher.database.sql(`UPDATE users SET email = 'moved@example.com' WHERE email = 'gone@example.com'`);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect((await rowOf('moved@example.com'))?.confirmed).toBe(false);
  });
});

const squatter = 'of-the-squatter-1';
const both = (text: string) => ({ password: text, passwordConfirmation: text });
const pendingOf = (email: string) =>
  usher.database.sql<{ wrong_passwords: number }>(
    `SELECT wrong_passwords FROM usher.confirmations WHERE email = $1 AND used_at IS NULL`,
    [email],
  );
/** Signs up with each password, and answers the tokens of the mails. */
async function signUpWithEach(email: string, ...passwords: string[]): Promise<string[]> {
  const tokens: string[] = [];
  for (const chosen of passwords) {
    await signUp(email, { ...both(chosen), firstName: chosen });
    await allMailsSent(usher);
    tokens.push(await mailedToken(usher, email));
  }
  return tokens;
}
async function resentToken(email: string): Promise<string> {
  await longAgo();
  await resend(email);
  await allMailsSent(usher);
  return mailedToken(usher, email);
}

describe('the password at the click', () => {
  it('is asked for, and nothing is consumed before it is right', async () => {
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

  it('is not checked for a token that is unknown or expired', async () => {
    const [token = ''] = await signUpWithEach('unchecked@example.com', password);
    await usher.database.sql(
      `UPDATE usher.confirmations SET expires_at = now() - interval '1 second' WHERE email = 'unchecked@example.com'`,
    );
    const verify = jest.spyOn(usher.app.get(PasswordChecks), 'verify');
    for (const bad of [token, 'made-up'])
      expect((await confirm(bad)).body.code).toBe('users.confirmation_invalid');
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
  });

  it('may be wrong ten times, however many guesses are sent at once', async () => {
    const email = 'guessed@example.com';
    const [token = ''] = await signUpWithEach(email, password);
    const guesses = await Promise.all(
      Array.from({ length: 25 }, (_each, index) => confirm(token, `guess-${index}`)),
    );
    const codes = guesses.map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'auth.invalid_credentials')).toHaveLength(10);
    expect(codes.filter((code) => code === 'users.confirmation_invalid')).toHaveLength(15);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    // The sign-up itself is still there for a link that is sent again.
    expect((await confirm(await resentToken(email))).status).toBe(204);
  });

  it('may be right the tenth time', async () => {
    const [token = ''] = await signUpWithEach('tenth@example.com', password);
    for (let guess = 1; guess < 10; guess += 1)
      expect((await confirm(token, `guess-${guess}`)).status).toBe(401);
    expect((await confirm(token)).status).toBe(204);
    expect((await usher.api.signIn('tenth@example.com', password)).status).toBe(200);
  });

  it('is no guess where there is no time to check it', async () => {
    const [token = ''] = await signUpWithEach('busy@example.com', password);
    const overload = jest.spyOn(usher.app.get(PasswordChecks), 'isOverloaded', 'get').mockReturnValue(true);
    expect((await confirm(token)).body.code).toBe('overloaded');
    overload.mockRestore();
    expect(await pendingOf('busy@example.com')).toEqual([{ wrong_passwords: 0 }]);
    expect((await confirm(token)).status).toBe(204);
  });

  it('confirms once when two clicks race', async () => {
    const [token = ''] = await signUpWithEach('doubled@example.com', password);
    const answers = await Promise.all([confirm(token), confirm(token), confirm(token)]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await usher.api.signIn('doubled@example.com', password)).status).toBe(200);
  });
});

describe('somebody who signs up with another person’s address', () => {
  it('gets nothing from a click on their own mail, whoever came first', async () => {
    for (const [email, order] of [
      ['first@example.com', [squatter, password]],
      ['second@example.com', [password, squatter]],
    ] as const) {
      const tokens = await signUpWithEach(email, ...order);
      const [ofSquatter = '', ofOwner = ''] = order[0] === squatter ? tokens : tokens.reverse();
      expect((await confirmBare(ofSquatter)).body.code).toBe('passwords.blank');
      expect((await confirm(ofSquatter)).body.code).toBe('auth.invalid_credentials');
      expect(await rowOf(email)).toMatchObject({ confirmed: false, hash: '' });
      expect((await confirm(ofOwner)).status).toBe(204);
      expect((await confirm(ofSquatter, squatter)).status).toBe(422);
      expect((await usher.api.signIn(email, squatter)).status).toBe(401);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
    }
  });

  it('gets nothing from a mail that is sent again: it confirms the sign-up whose password is typed', async () => {
    const email = 'contested@example.com';
    const [, ofSquatter = ''] = await signUpWithEach(email, password, squatter, 'of-another-one-1');
    const token = await resentToken(email);
    expect((await confirmBare(token)).body.code).toBe('passwords.blank');
    expect((await confirm(token, 'wrong-password-1')).status).toBe(401);
    expect((await confirm(token)).status).toBe(204);
    expect(await rowOf(email)).toMatchObject({ confirmed: true, first_name: password });
    expect(await pendingOf(email)).toEqual([]);
    expect((await confirm(ofSquatter, squatter)).body.code).toBe('users.confirmation_invalid');
    expect((await usher.api.signIn(email, squatter)).status).toBe(401);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('cannot push a sign-up out by many others before and after it, nor make a click costly', async () => {
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
    await signUpWithEach(email, squatter);
    await flood();
    await signUpWithEach(email, password);
    await flood();
    const token = await resentToken(email);
    const verify = jest.spyOn(usher.app.get(PasswordChecks), 'verify');
    expect((await confirm(token, 'wrong-password-1')).status).toBe(401);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(16);
    verify.mockRestore();
    expect((await confirm(token)).status).toBe(204);
    expect((await rowOf(email))?.first_name).toBe(password);
  });

  describe('over a row that Rails has made', () => {
    const carol = deviseUser('unconfirmed');
    const plain = deviseUser('plain');
    beforeAll(async () => {
      for (const { email, password: own } of [carol, plain]) {
        const hash = bcrypt.hashSync(`${own}a-pepper`, 4);
        await usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE email = $1', [email, hash]);
      }
    });

    it('changes nothing of it: its own password confirms it, whichever link is opened', async () => {
      const before = await rowOf(carol.email);
      const [ofSquatter = ''] = await signUpWithEach(carol.email, squatter);
      expect(await rowOf(carol.email)).toEqual(before);
      expect((await confirm(ofSquatter, 'wrong-password-1')).status).toBe(401);
      expect((await confirm(ofSquatter, carol.password)).status).toBe(204);
      expect(await rowOf(carol.email)).toEqual({ ...before, confirmed: true, confirmation_token: null });
      expect((await usher.api.signIn(carol.email, squatter)).status).toBe(401);
      expect((await usher.api.signIn(carol.email, carol.password)).status).toBe(200);
    });

    it('also by a link that was sent again', async () => {
      await usher.database.sql(
        `INSERT INTO users (email, encrypted_password, first_name, created_at, updated_at)
         SELECT 'of-rails@example.com', encrypted_password, 'Rails', now(), now() FROM users WHERE email = $1`,
        [plain.email],
      );
      const before = await rowOf('of-rails@example.com');
      await signUpWithEach('of-rails@example.com', squatter);
      const token = await resentToken('of-rails@example.com');
      expect((await confirm(token, plain.password)).status).toBe(204);
      expect(await rowOf('of-rails@example.com')).toEqual({ ...before, confirmed: true });
    });

    it('where the owner signs up again, the row becomes that sign-up’s', async () => {
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

    it('where there is no password to type, the mail says to sign up again, in every language', async () => {
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

describe('links of the release before', () => {
  it('go by the same rules', async () => {
    const email = 'upgraded@example.com';
    const [ofSquatter = '', ofOwner = ''] = await signUpWithEach(email, squatter, password);
    const resent = await resentToken(email);
    await usher.database.sql(
      `UPDATE usher.confirmations SET password_tag = NULL, password_hash = coalesce(password_hash, '') WHERE email = $1`,
      [email],
    );
    expect((await confirm(ofSquatter)).status).toBe(401);
    expect((await confirmBare(resent)).body.code).toBe('passwords.blank');
    expect((await confirm(resent, 'wrong-password-1')).status).toBe(401);
    expect((await confirm(resent)).status).toBe(204);
    expect((await confirm(ofOwner)).status).toBe(422);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });
});

describe('a row that is disabled while it waits', () => {
  it('keeps no link, also once it is enabled again', async () => {
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

describe('POST /users/confirmation', () => {
  it('sends the mail again, once a minute at most, and brings the same password', async () => {
    const email = 'again@example.com';
    await signUp(email);
    await resend(email);
    await allMailsSent(usher);
    expect(subjectsTo(usher, email)).toHaveLength(1);
    await longAgo();
    await resend(email);
    await resend(email);
    await allMailsSent(usher);
    expect(subjectsTo(usher, email)).toHaveLength(2);
    expect((await confirm(await mailedToken(usher, email))).status).toBe(204);
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  });

  it('answers alike for everybody, and mails nobody who does not wait', async () => {
    const mails = usher.mail.messages().length;
    for (const email of ['nobody@example.com', deviseUser('second').email])
      expect(await resend(email)).toMatchObject({ status: 202, text: '' });
    await allMailsSent(usher);
    expect(usher.mail.messages()).toHaveLength(mails);
  });
});

describe('a row that Rails has confirmed meanwhile', () => {
  it('keeps what it has, and nothing is asked for', async () => {
    const email = 'confirmed-in-rails@example.com';
    await signUp(email);
    const token = await mailedToken(usher, email);
    await usher.database.sql('UPDATE users SET confirmed_at = now() WHERE email = $1', [email]);
    const confirmed = await rowOf(email);
    expect((await confirmBare(token)).status).toBe(204);
    expect(await rowOf(email)).toEqual(confirmed);
  });
});

describe('an address that Cognito has verified meanwhile', () => {
  it('belongs to its owner, and no mailed link changes that', async () => {
    const email = 'both@example.com';
    await signUp(email);
    const token = await mailedToken(usher, email);
    await createPoolUser(usher, email);
    expect((await usher.api.signIn(email, 'pool-password-1')).status).toBe(200);
    const linked = await rowOf(email);
    expect((await confirm(token)).status).toBe(204);
    expect((await confirmBare(token)).status).toBe(204);
    expect(await rowOf(email)).toEqual(linked);
    expect(linked?.hash).toBe('');
  });
});
