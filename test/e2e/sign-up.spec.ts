import { describe, expect, it } from '@jest/globals';
import { openPage } from '../support/drivers/confirmation-page.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { allMailsSent, mailedToken, subjectsTo, tokenIn } from '../support/drivers/mails.js';
import { createPoolUser } from '../support/builders/pool-users.js';
import { signUps } from '../support/drivers/sign-ups.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ environment: { PASSWORD_PEPPERS: 'a-pepper' } });

const password = 'chosen-by-me-1';
const { signUp, confirm, confirmBare, resend, rowOf, longAgo } = signUps(() => usher, password);

describe('signing up', () => {
  it('is confirmed by mail, and the first sign-in creates the pool user', async () => {
    const email = 'new@example.com';
    const { status, text } = await signUp(' New@Example.com ', { firstName: 'New', lastName: 'Person' });
    expect({ status, text }).toEqual({ status: 202, text: '' });
    const { text: mail } = await usher.mail.waitFor(({ to }) => to.includes(email));
    expect(mail).toContain('sent automatically by localhost.');
    expect(mail).toContain(`http://localhost:${new URL(usher.url).port}/users/confirmation?token=`);
    expect((await usher.api.signIn(email, password)).status).toBe(401);
    expect(await rowOf(email)).toMatchObject({ confirmed: false, hash: '', confirmation_token: null });

    expect(await confirm(tokenIn(mail))).toMatchObject({ status: 204, text: '' });
    expect(await rowOf(email)).toMatchObject({ confirmed: true, hash: expect.stringMatching(/^\$2b\$10\$/) });
    const { body } = await usher.api.signIn(email, password);
    expect(body.user).toMatchObject({ email, firstName: 'New', lastName: 'Person' });
    expect((await rowOf(email))?.sub).not.toBeNull();
  });

  it('stores no usable token', async () => {
    await signUp('digest@example.com');
    const token = await mailedToken(usher, 'digest@example.com');
    const tables = await usher.database.sql('SELECT * FROM usher.confirmations');
    expect(JSON.stringify(tables)).not.toContain(token);
    expect(JSON.stringify(tables)).not.toContain(Buffer.from(token).toString('hex'));
  });

  it('refuses invalid passwords and names the violated rule', async () => {
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
    const { body } = await signUp('rules@example.com', both('short'));
    expect(body.errors?.map(({ code, params }) => ({ code, params }))).toEqual([
      { code: 'too_short', params: { minimum: 8 } },
      { code: 'needs_digit', params: undefined },
    ]);
    expect(await refusal(both(' leading-space-1'))).toMatch(/^422 passwords.policy/);
    // 64 bytes and a pepper of eight bytes are the maximum of bcrypt.
    expect(await refusal(both(`1${'x'.repeat(64)}`))).toMatch(/^422 passwords.policy: .*too long/);
    expect((await signUp('fits@example.com', both(`1${'x'.repeat(63)}`))).status).toBe(202);
    expect((await signUp('once@example.com', { passwordConfirmation: undefined })).status).toBe(202);
    expect(await rowOf('rules@example.com')).toBeUndefined();
  });

  it('returns the same response for an existing account, and notifies its owner', async () => {
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

  it('sends no mail to a disabled user, and creates one row for concurrent sign-ups', async () => {
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
  it('is a page in the language of the reader that does not confirm on its own', async () => {
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

  it('asks for the password if the API requires it, and shows the result', async () => {
    await signUp('script@example.com');
    const token = await mailedToken(usher, 'script@example.com');
    const page = await openPage(`${usher.url}/users/confirmation?token=${token}`, {
      'accept-language': 'de',
    });
    expect(page.label).toMatchObject({ textContent: 'Passwort', hidden: true });
    expect(await page.submit()).toMatch(/^Geben Sie das Passwort ein/);
    expect(page.label.hidden).toBe(false);
    expect(await page.submit('wrong-password-1')).toMatch(/^Das Passwort ist falsch/);
    expect(page.form.hidden).toBe(false);
    expect(await page.submit(password)).toMatch(/^Ihre Adresse ist bestätigt/);
    expect(page.form.hidden).toBe(true);
    expect(page.requests.map(({ method, body }) => [method, Object.keys(body)])).toEqual([
      ['PUT', ['token']],
      ['PUT', ['token', 'password']],
      ['PUT', ['token', 'password']],
    ]);
    const wrong = await openPage(`${usher.url}/users/confirmation?token=made-up`);
    expect(await wrong.submit()).toMatch(/^The request failed: This confirmation link is wrong/);
    expect(wrong.label.hidden).toBe(true);
  });

  it('can be used twice by its owner, and expires', async () => {
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

  it('stays valid for its own sign-up when a later row has the address', async () => {
    await signUp('gone@example.com');
    const token = await mailedToken(usher, 'gone@example.com');
    await usher.database.sql(`UPDATE users SET email = 'moved@example.com' WHERE email = 'gone@example.com'`);
    expect((await confirm(token)).body.code).toBe('users.confirmation_invalid');
    expect((await rowOf('moved@example.com'))?.confirmed).toBe(false);
  });
});

describe('POST /users/confirmation', () => {
  it('sends the mail again at most once a minute, and keeps the password', async () => {
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

  it('returns the same response for all, and mails only users with a pending confirmation', async () => {
    const mails = usher.mail.messages().length;
    for (const email of ['nobody@example.com', deviseUser('second').email])
      expect(await resend(email)).toMatchObject({ status: 202, text: '' });
    await allMailsSent(usher);
    expect(usher.mail.messages()).toHaveLength(mails);
  });
});

describe('a row that Rails has confirmed in the meantime', () => {
  it('is not changed, and no password is required', async () => {
    const email = 'confirmed-in-rails@example.com';
    await signUp(email);
    const token = await mailedToken(usher, email);
    await usher.database.sql('UPDATE users SET confirmed_at = now() WHERE email = $1', [email]);
    const confirmed = await rowOf(email);
    expect((await confirmBare(token)).status).toBe(204);
    expect(await rowOf(email)).toEqual(confirmed);
  });
});

describe('an address that Cognito has verified in the meantime', () => {
  it('is not changed by a mailed link', async () => {
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
