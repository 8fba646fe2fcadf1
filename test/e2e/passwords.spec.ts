import { describe, expect, it } from '@jest/globals';
import { deviseUser } from '../support/builders/devise-users.js';
import { createPoolUser, invite } from '../support/builders/pool-users.js';
import { customMessages } from '../support/builders/test-pool.js';
import { openUsher } from '../support/drivers/usher.js';

const PUBLIC_URL = 'https://usher.example.com';
const usher = openUsher({
  environment: { PUBLIC_URL },
  lambdaEnvironment: { PUBLIC_URL, APP_NAME: 'Acme & Co' },
  pool: customMessages,
});

const forgot = (email: string, language = 'en') =>
  usher.api.post('/passwords/forgot', { email }, { 'accept-language': language });
const reset = (body: object, cookie = '') =>
  usher.api.post('/passwords/reset', body, cookie ? { cookie } : {});

async function mailedCode(email: string): Promise<string> {
  const { text } = await usher.mail.waitFor((mail) => mail.to.includes(email) && /\d{6}/.test(mail.text));
  const code = /\d{6}/.exec(text)?.[0];
  if (code === undefined) throw new Error('no code in the mail');
  return code;
}

const hashOf = async (email: string) =>
  (
    await usher.database.sql<{ encrypted_password: string }>(
      'SELECT encrypted_password FROM users WHERE email = $1',
      [email],
    )
  )[0]?.encrypted_password;

const statusInPool = async (email: string) => {
  const find = usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email });
  try {
    return (await find).UserStatus;
  } catch (error) {
    return (error as Error).name;
  }
};

/** A mail that Cognito sends, which has no text part, in our words. */
async function expectOurMail(email: string, language: string, subject: string): Promise<string> {
  expect((await forgot(email, language)).status).toBe(202);
  const mail = await usher.mail.waitFor((each) => each.to.includes(email) && each.subject === subject);
  expect(mail.html).toContain(`<html lang="${language}">`);
  expect(mail.html).toContain('>Acme &amp; Co</h1>');
  expect(mail.html).not.toMatch(/\{#*\}|\{username\}/);
  return mail.html;
}

describe("Cognito's mails", () => {
  it.each([
    ['de', 'Ihr Code für ein neues Passwort'],
    ['fr', 'Votre code pour un nouveau mot de passe'],
  ])(
    'with a reset code are ours, in the language of the caller (%s), and link to /reset',
    async (language, subject) => {
      const email = `reader-${language}@example.com`;
      await createPoolUser(usher, email);
      const html = await expectOurMail(email, language, subject);
      const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link);
      expect(links).toEqual([`${PUBLIC_URL}/reset`, `${PUBLIC_URL}/reset`]);
      const code = />(\d{6})<\/p>/.exec(html)?.[1] ?? '';
      const password = `a-new-password-${language}-1`;
      const request = { email, code, password, passwordConfirmation: password };
      expect((await reset(request)).status).toBe(204);
      expect((await usher.api.signIn(email, password)).status).toBe(200);
    },
  );

  it('with a new temporary password are ours, in the language of the caller', async () => {
    const email = 'invited@example.com';
    await invite(usher, email);
    const html = await expectOurMail(email, 'it', 'La Sua password provvisoria');
    const password = /class="code"[^>]*>([^<]+)</.exec(html)?.[1] ?? '';
    expect((await usher.api.signIn(email, password)).body.challenge).toMatchObject({
      name: 'NEW_PASSWORD_REQUIRED',
    });
    const { Username } = await usher.cognito.adminGetUser({ UserPoolId: usher.userPoolId, Username: email });
    expect(html).toContain(`Il Suo nome utente: ${Username}`);
  });
});

describe('POST /passwords/forgot', () => {
  it('returns the same response for all users', async () => {
    const emails = [
      'ada@example.com',
      'nobody@example.com',
      'carol@example.com',
      'dave@example.com',
      'oauth@example.com',
    ];
    const answers = [];
    for (const email of emails) {
      const { status, text, headers } = await forgot(email);
      answers.push({
        status,
        text,
        names: [...headers.keys()].sort(),
        cookie: headers.get('set-cookie')?.replace(/=[^;]+/, '=…'),
      });
    }
    expect(answers[0]).toMatchObject({ status: 202, text: '' });
    expect(answers[0]?.cookie).toBe(
      '__Host-usher_reset=…; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('migrates a legacy user through the trigger, and no other user', async () => {
    await forgot('frank@example.com');
    expect(await mailedCode('frank@example.com')).toMatch(/^\d{6}$/);
    expect(await statusInPool('frank@example.com')).toBe('RESET_REQUIRED');
    await forgot('carol@example.com');
    await forgot('nobody@example.com');
    expect(await statusInPool('carol@example.com')).toBe('UserNotFoundException');
    expect(usher.mail.messages().some(({ to }) => to.includes('nobody@example.com'))).toBe(false);
  });

  it('sends no request to Cognito for a disabled row', async () => {
    await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE email = 'zoe@example.com'`);
    usher.proxy.calls.length = 0;
    expect((await forgot('zoe@example.com')).status).toBe(202);
    expect(usher.proxy.calls).toEqual([]);
  });
});

describe('POST /passwords/reset', () => {
  it('sets the new password with the mailed code and deletes the old hash', async () => {
    const user = deviseUser('second');
    const answer = await forgot(user.email);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).not.toContain('bob');
    const password = 'brand-new-1';
    const done = await reset(
      { code: await mailedCode(user.email), password, passwordConfirmation: password },
      cookie,
    );
    expect({ status: done.status, text: done.text }).toEqual({ status: 204, text: '' });
    expect(done.headers.get('set-cookie')).toMatch(/^__Host-usher_reset=;/);
    expect((await usher.api.signIn(user.email, password)).status).toBe(200);
    expect((await usher.api.signIn(user.email, user.password)).status).toBe(401);
    expect(await hashOf(user.email)).toBe('');
  });

  it('removes the lock of Devise', async () => {
    await forgot('dave@example.com');
    const password = 'dave-is-back-1';
    const body = {
      email: 'dave@example.com',
      code: await mailedCode('dave@example.com'),
      password,
      passwordConfirmation: password,
      // Optional members may also be null.
      removeMfa: null,
    };
    expect((await reset(body)).status).toBe(204);
    expect((await usher.api.signIn('dave@example.com', password)).status).toBe(200);
    expect(
      await usher.database.sql(
        `SELECT locked_at, failed_attempts FROM users WHERE email = 'dave@example.com'`,
      ),
    ).toEqual([{ locked_at: null, failed_attempts: 0 }]);
  });

  const full = {
    code: '123456',
    password: 'new-password-1',
    passwordConfirmation: 'new-password-1',
    email: 'ada@example.com',
  };

  it.each([
    ['passwords.blank', { ...full, password: '   ' }],
    ['passwords.blank', { ...full, password: undefined }],
    ['passwords.blank', {}],
    ['passwords.confirmation_mismatch', { ...full, passwordConfirmation: 'other' }],
    ['passwords.confirmation_mismatch', { ...full, passwordConfirmation: '' }],
    ['passwords.code_missing', { ...full, code: '' }],
    ['passwords.code_missing', { ...full, code: null }],
    ['passwords.reset_not_started', { ...full, email: undefined }],
  ])('is refused with %s for %j', async (code, body) => {
    const answer = await reset(body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 422, code });
  });

  it('lists all refusals, the first as the code', async () => {
    const { body } = await reset({ password: '', passwordConfirmation: 'x' });
    expect(body.errors?.map(({ field, code }) => [field, code])).toEqual([
      ['password', 'blank'],
      ['passwordConfirmation', 'mismatch'],
      ['code', 'missing'],
      ['email', 'missing'],
    ]);
  });

  it('ignores a forged cookie', async () => {
    const { body } = await reset({ ...full, email: undefined }, '__Host-usher_reset=made-up');
    expect(body.code).toBe('passwords.reset_not_started');
  });

  it('is refused with a wrong code and with a password that violates the policy', async () => {
    await forgot('judy@example.com');
    const code = await mailedCode('judy@example.com');
    const wrong = code === '000000' ? '000001' : '000000';
    const body = { ...full, email: 'judy@example.com' };
    expect((await reset({ ...body, code: wrong })).body.code).toBe('passwords.code_wrong');
    const weak = await reset({
      ...body,
      code,
      password: 'no digits here',
      passwordConfirmation: 'no digits here',
    });
    expect({ code: weak.body.code, errors: weak.body.errors }).toEqual({
      code: 'passwords.policy',
      errors: [{ field: 'password', code: 'needs_digit', message: 'needs a digit' }],
    });
    const short = await reset({ ...body, code, password: 'short', passwordConfirmation: undefined });
    expect(short.body.errors).toEqual([
      { field: 'password', code: 'too_short', params: { minimum: 8 }, message: 'is too short' },
    ]);
    expect((await reset({ ...body, code, passwordConfirmation: undefined })).status).toBe(204);
    expect((await reset({ ...body, code })).body.code).toMatch(/^passwords\.code_/);
  });

  it('returns the same error for an unknown address as for a wrong or expired code', async () => {
    const { status, body } = await reset({ ...full, email: 'nobody@example.com' });
    expect(status).toBe(422);
    expect(body.code).toMatch(/^passwords\.code_(wrong|expired)$/);
  });
});
