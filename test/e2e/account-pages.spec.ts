import { beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionResponse } from '#contracts';
import { type Person, personWith } from '../support/builders/admins.js';
import { nextTotp, poolPassword } from '../support/builders/pool-users.js';
import { mailedToken } from '../support/drivers/mails.js';
import { type PageAnswer, type PagesClient, pagesClient } from '../support/drivers/pages-client.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const publicUrl = 'http://localhost:3000';
const frontEnd = 'https://app.example.com';
const minute = 60_000;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const newPassword = 'another-password-1';

const usher = openUsher({
  mfa: 'OPTIONAL',
  environment: {
    PAGES: 'on',
    PUBLIC_URL: publicUrl,
    CORS_ORIGINS: frontEnd,
    RATE_LIMITS: 'on',
    APP_NAME: 'Acme Shop',
  },
});

/** Every document of this file. */
const seen: string[] = [];

const paths = ['', '/password', '/email', '/security', '/sessions', '/delete'].map((end) => `/account${end}`);

async function signedIn(email: string, ...roles: string[]): Promise<Person & { browser: PagesClient }> {
  const person = await personWith(usher, email, ...roles);
  const browser = pagesClient(usher.url, seen);
  await browser.signIn(email, poolPassword);
  return { ...person, browser };
}

let observer: Person;
beforeAll(async () => {
  observer = await personWith(usher, 'observer@example.org');
});

/** Advances the clock of the pool; the API adopts the time from a response. */
async function pass(milliseconds: number): Promise<void> {
  usher.clock.advanceBy(milliseconds);
  expect((await usher.api.get('/auth/mfa', observer.headers)).status).toBe(200);
}

const sessionsOf = async ({ headers }: Pick<Person, 'headers'>) =>
  (await usher.api.get('/auth/sessions', headers)).body as unknown as SessionResponse[];

const liveSessions = async ({ sub }: Pick<Person, 'sub'>) =>
  (await usher.database.sql('SELECT 1 FROM usher.sessions WHERE sub = $1 AND ended_at IS NULL', [sub]))
    .length;

const summary = ({ status, location }: PageAnswer) => `${status} ${location ?? ''}`.trim();

/** The error that the field names by `aria-describedby`. */
function fieldError({ text }: PageAnswer, id: string): string | undefined {
  const [input = ''] = new RegExp(`<input[^>]* ?id="${id}"[^>]*>`).exec(text) ?? [];
  if (!input.includes(`${id}-error`)) return undefined;
  return new RegExp(`id="${id}-error">(.*?)</p>`, 's')
    .exec(text)?.[1]
    ?.replace(/<[^>]*>/g, '')
    .trim();
}

const hasField = ({ text }: PageAnswer, name: string) => text.includes(` name="${name}"`);

describe('the pages of the account', () => {
  it('lead to the sign-in without a session, and from there back', async () => {
    const stranger = pagesClient(usher.url, seen);
    for (const path of paths) {
      const signIn = `303 /sign-in?return_to=${encodeURIComponent(path)}`;
      expect(summary(await stranger.open(path))).toBe(signIn);
      expect(summary(await stranger.submit(path, { action: 'everywhere' }))).toBe(signIn);
    }
    const { browser, email, sub } = await signedIn('expired@example.org');
    await usher.database.sql('UPDATE usher.sessions SET ended_at = now() WHERE sub = $1', [sub]);
    const answer = await browser.submit('/account/password?changed', { currentPassword: 'x' });
    expect(summary(answer)).toBe('303 /sign-in?return_to=%2Faccount%2Fpassword');
    expect(browser.cookies.has('usher_session')).toBe(false);
    const back = await browser.submit(answer.location ?? '', { email, password: poolPassword });
    expect(summary(back)).toBe('303 /account/password');
    expect((await browser.open('/account/password')).status).toBe(200);
  });

  it('do not send a browser in circles when Cognito alone has signed the user out', async () => {
    const { browser, sub } = await signedIn('signed-out-elsewhere@example.org');
    await usher.cognito.adminUserGlobalSignOut({ UserPoolId: usher.userPoolId, Username: sub });
    const answer = await browser.open('/account/security');
    expect(summary(answer)).toBe('303 /sign-in?return_to=%2Faccount%2Fsecurity');
    expect((await browser.open(answer.location ?? '')).status).toBe(200);
  });

  it('name the user and the current page, and sign out', async () => {
    const { browser, email } = await signedIn('navigator@example.org');
    for (const path of paths) {
      const { status, text, headers } = await browser.open(path);
      const links = [...text.matchAll(/<a href="(\/account[^"]*)"( aria-current="page")?/g)];
      const nav = links
        .slice(0, paths.length)
        .map(([, href, current]) => ({ href, isCurrent: current !== undefined }));
      expect({ status, nav }).toEqual({
        status: 200,
        nav: paths.map((href) => ({ href, isCurrent: href === path })),
      });
      expect(text).toContain(`<span>${email}</span>`);
      expect(text.match(/<h1>/g)).toHaveLength(1);
      expect(text).not.toMatch(/ style=|<style|<script>| on\w+=/);
      expect(headers.get('cache-control')).toBe('no-store');
      const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(ids).toEqual([...new Set(ids)]);
    }
    expect(summary(await browser.submit('/signed-out'))).toBe('303 /signed-out');
    expect((await browser.open('/account')).status).toBe(303);
  });

  it('speak the language of the browser', async () => {
    const { browser } = await signedIn('speaker@example.org');
    const titles: Record<string, string> = {
      de: 'Angemeldete Geräte',
      fr: 'Appareils connectés',
      it: 'Dispositivi connessi',
      es: 'Dispositivos conectados',
    };
    for (const [language, title] of Object.entries(titles)) {
      const { words, headers } = await browser.open('/account/sessions', { 'accept-language': language });
      expect(headers.get('content-language')).toBe(language);
      expect(words).toContain(title);
    }
  });

  it('refuse a form of another origin and change nothing', async () => {
    const person = await signedIn('attacked@example.org');
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      // May call the API, but not post forms.
      { origin: frontEnd },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const path of paths)
      for (const headers of foreign) {
        const fields = { firstName: 'Eve', action: 'everywhere', confirmed: 'yes' };
        const answer = await person.browser.submit(path, fields, headers);
        expect(summary(answer)).toBe('403');
        expect(answer.words).toContain('sent from another site');
      }
    expect(
      (await person.browser.submit('/account', { firstName: 'Ada' }, { origin: publicUrl })).status,
    ).toBe(303);
    expect((await usher.api.get('/users/me', person.headers)).body).toMatchObject({ firstName: 'Ada' });
    expect(await liveSessions(person)).toBe(2);
  });
});

describe('/account', () => {
  it('shows and changes the names', async () => {
    const { browser, headers } = await signedIn('names@example.org');
    const names = { firstName: ' <b>Grace</b> ', lastName: 'Hopper' };
    expect(summary(await browser.submit('/account', names))).toBe('303 /account?saved');
    const saved = await browser.open('/account?saved');
    expect(saved.words).toContain('Your profile is saved.');
    expect(saved.text).toContain('value="&lt;b>Grace&lt;/b>"');
    expect((await usher.api.get('/users/me', headers)).body).toMatchObject({
      firstName: '<b>Grace</b>',
      lastName: 'Hopper',
    });
    expect((await browser.open('/account')).words).not.toContain('Your profile is saved.');
    expect((await browser.submit('/account', { ...names, firstName: '' })).status).toBe(303);
    expect((await usher.api.get('/users/me', headers)).body.firstName).toBeNull();
  });

  it('refuses a name that is too long in place, and keeps what was typed', async () => {
    const { browser } = await signedIn('long-name@example.org');
    const answer = await browser.submit('/account?saved', { firstName: 'x'.repeat(256), lastName: 'Kept' });
    expect(answer.status).toBe(422);
    expect(fieldError(answer, 'firstName')).toBe('Use at most 255 characters.');
    expect(answer.text).toContain('value="Kept"');
    expect(answer.words).not.toContain('Your profile is saved.');
  });
});

describe('/account/password', () => {
  it('refuses in place what is wrong, at its field', async () => {
    const { browser } = await signedIn('careless@example.org');
    const submit = (fields: Record<string, string>) => browser.submit('/account/password', fields);
    const passwords = { password: newPassword, passwordConfirmation: newPassword };
    const wrong = await submit({ currentPassword: 'wrong-password-1', ...passwords });
    expect({ status: wrong.status, error: fieldError(wrong, 'currentPassword') }).toEqual({
      status: 401,
      error: 'The password is wrong.',
    });
    const missing = await submit({ currentPassword: '', ...passwords });
    expect(fieldError(missing, 'currentPassword')).toBe('Fill in this field.');
    const differs = await submit({
      currentPassword: poolPassword,
      ...passwords,
      passwordConfirmation: 'other',
    });
    expect({ status: differs.status, error: fieldError(differs, 'passwordConfirmation') }).toEqual({
      status: 422,
      error: 'The two passwords differ.',
    });
    const short = { password: 'a1', passwordConfirmation: 'a1' };
    const weak = await submit({ currentPassword: poolPassword, ...short });
    expect({ status: weak.status, error: fieldError(weak, 'password') }).toMatchObject({
      status: 422,
      error: expect.stringContaining('Use at least 8 characters.'),
    });
    expect(weak.words).toContain('at least 8 characters');
  });

  it('changes the password, keeps this browser and signs out the others', async () => {
    const { browser, email, headers } = await signedIn('changer@example.org');
    const other = pagesClient(usher.url, seen);
    await other.signIn(email, poolPassword);
    const device = browser.cookies.get('usher_device');
    const passwords = { password: newPassword, passwordConfirmation: newPassword };
    const answer = await browser.submit('/account/password', { currentPassword: poolPassword, ...passwords });
    expect(summary(answer)).toBe('303 /account/password?changed');
    expect((await browser.open('/account/password?changed')).words).toContain('Your password is changed.');
    expect((await other.open('/account')).status).toBe(303);
    expect((await usher.api.get('/users/me', headers)).status).toBe(401);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(401);
    expect((await usher.api.signIn(email, newPassword)).status).toBe(200);
    expect(browser.cookies.get('usher_device')).not.toBe(device);
  });

  it('limits guesses of the current password, with a page that says how long to wait', async () => {
    const { browser } = await signedIn('guessed@example.org');
    const guess = (path: string) =>
      browser.submit(path, { currentPassword: 'guess', email: 'new@example.org', password: newPassword });
    for (let turn = 0; turn < 5; turn++)
      expect((await guess(turn % 2 ? '/account/password' : '/account/email')).status).toBe(401);
    for (const path of ['/account/password', '/account/email']) {
      const { status, words, headers } = await guess(path);
      expect(status).toBe(429);
      expect(words).toContain(`You can try again in ${headers.get('retry-after')} s.`);
    }
  });
});

describe('/account/email', () => {
  it('sends the link to the new address, shows the pending change, and cancels it with the password', async () => {
    const { browser, email, headers } = await signedIn('mover@example.org');
    const to = 'moved@example.org';
    const submit = (fields: Record<string, string>) => browser.submit('/account/email', fields);
    const wrong = await submit({ email: to, currentPassword: 'wrong-password-1' });
    expect({ status: wrong.status, error: fieldError(wrong, 'currentPassword') }).toEqual({
      status: 401,
      error: 'The password is wrong.',
    });
    expect(wrong.text).toContain(`value="${to}"`);
    const invalid = await submit({ email: 'not an address', currentPassword: poolPassword });
    expect({ status: invalid.status, error: fieldError(invalid, 'email') }).toMatchObject({
      status: 422,
      error: expect.stringContaining('Enter an e-mail address'),
    });
    expect(summary(await submit({ email: to, currentPassword: poolPassword }))).toBe(
      '303 /account/email?sent',
    );
    const sent = await browser.open('/account/email?sent');
    expect(sent.words).toContain('We have sent an e-mail to the new address.');
    expect(sent.words).toContain(`The change to ${to} is not confirmed yet.`);
    expect((await browser.open('/account')).words).toContain(`The change to ${to} is not confirmed yet.`);
    const token = await mailedToken(usher, to);
    const refused = await submit({ action: 'cancel', currentPassword: 'wrong-password-1' });
    expect({
      status: refused.status,
      cancel: fieldError(refused, 'cancelPassword'),
      change: fieldError(refused, 'currentPassword'),
    }).toEqual({ status: 401, cancel: 'The password is wrong.', change: undefined });
    expect(summary(await submit({ action: 'cancel', currentPassword: poolPassword }))).toBe(
      '303 /account/email?cancelled',
    );
    const cancelled = await browser.open('/account/email?cancelled');
    expect(cancelled.words).toContain('No change is pending.');
    expect(cancelled.words).not.toContain(to);
    const confirm = await usher.api.call('PUT', '/users/confirmation', { body: { token } });
    expect(confirm.status).toBe(422);
    expect((await usher.api.get('/users/me', headers)).body).toMatchObject({ email, unconfirmedEmail: null });
  });
});

/** The key that the set-up shows, and its QR code. */
const keyOf = ({ text }: PageAnswer) => ({
  secret: /<code class="secret">([A-Z2-7 ]+)</.exec(text)?.[1]?.replaceAll(' ', ''),
  qrCode: /<path fill="#000" d="([^"]+)"/.exec(text)?.[1],
});

describe('/account/security', () => {
  const path = '/account/security';

  it('sets up an app with the same key until its code is right', async () => {
    const person = await signedIn('app@example.org');
    const { browser } = person;
    expect((await browser.open(path)).words).toContain('Authenticator app Off');
    expect(summary(await browser.submit(path, { action: 'enrol' }))).toBe(`303 ${path}`);
    const page = await browser.open(path);
    const key = keyOf(page);
    expect(key).toMatchObject({ secret: expect.any(String), qrCode: expect.any(String) });
    const wrong = await browser.submit(path, { action: 'verify', code: '000000' });
    expect({ status: wrong.status, key: keyOf(wrong) }).toEqual({ status: 422, key });
    expect(wrong.words).toContain('The code is wrong.');
    const missing = await browser.submit(path, { action: 'verify', code: '' });
    expect({ key: keyOf(missing), error: fieldError(missing, 'code') }).toEqual({
      key,
      error: 'Fill in this field.',
    });
    // The enrolment allows it without another proof.
    await pass(11 * minute);
    const code = nextTotp(usher, key.secret);
    expect(summary(await browser.submit(path, { action: 'verify', code }))).toBe(`303 ${path}?enabled`);
    const done = await browser.open(`${path}?enabled`);
    expect(done.words).toContain('The authenticator app is turned on.');
    expect(done.words).toContain('Authenticator app On');
    expect(keyOf(done).secret).toBeUndefined();
    expect(browser.cookies.has('usher_enrolment')).toBe(false);
    expect((await usher.api.get('/users/me', person.headers)).status).toBe(401);
    expect((await usher.api.signIn(person.email, poolPassword)).body.challenge?.name).toBe(
      'SOFTWARE_TOKEN_MFA',
    );
  });

  it('asks for the password and the code of the app before a removal after ten minutes', async () => {
    const { browser } = await signedIn('remover@example.org');
    await browser.submit(path, { action: 'enrol' });
    const { secret } = keyOf(await browser.open(path));
    await browser.submit(path, { action: 'verify', code: nextTotp(usher, secret) });
    await pass(11 * minute);
    const asked = await browser.submit(path, { action: 'remove' });
    expect({
      status: asked.status,
      password: hasField(asked, 'password'),
      code: hasField(asked, 'code'),
    }).toEqual({
      status: 403,
      password: true,
      code: false,
    });
    expect(asked.text).toContain('<input type="hidden" name="action" value="remove"');
    expect(asked.text).not.toContain('role="alert"');
    const wrong = await browser.submit(path, { action: 'remove', password: 'wrong-password-1' });
    expect({ status: wrong.status, error: fieldError(wrong, 'password') }).toEqual({
      status: 401,
      error: 'The password is wrong.',
    });
    const half = await browser.submit(path, { action: 'remove', password: poolPassword });
    expect({ status: half.status, code: hasField(half, 'code') }).toEqual({ status: 403, code: true });
    const misread = await browser.submit(path, { action: 'remove', password: poolPassword, code: '000000' });
    expect({ status: misread.status, error: fieldError(misread, 'code') }).toEqual({
      status: 401,
      error: 'This value is not valid.',
    });
    expect((await browser.open(path)).words).toContain('Authenticator app On');
    const proof = { password: poolPassword, code: nextTotp(usher, secret) };
    expect(summary(await browser.submit(path, { action: 'remove', ...proof }))).toBe(`303 ${path}?removed`);
    const removed = await browser.open(`${path}?removed`);
    expect(removed.words).toContain('The authenticator app is removed.');
    expect(removed.words).toContain('Authenticator app Off');
  });

  it('asks for the password before a set-up after ten minutes, replaces an app, and can be stopped', async () => {
    const { browser } = await signedIn('stopper@example.org');
    await pass(11 * minute);
    expect((await browser.submit(path, { action: 'enrol' })).status).toBe(403);
    expect((await browser.open(path)).words).toContain('Authenticator app Off');
    const proven = await browser.submit(path, { action: 'enrol', password: poolPassword });
    expect(summary(proven)).toBe(`303 ${path}`);
    const first = keyOf(await browser.open(path));
    await browser.submit(path, { action: 'verify', code: nextTotp(usher, first.secret) });
    await browser.submit(path, { action: 'enrol' });
    const second = keyOf(await browser.open(path));
    expect(second.secret).not.toBe(first.secret);
    expect(summary(await browser.submit(path, { action: 'stop' }))).toBe(`303 ${path}`);
    expect((await browser.open(path)).words).toContain('Authenticator app On');
    // Without a set-up its code changes nothing.
    expect(summary(await browser.submit(path, { action: 'verify', code: '123456' }))).toBe(`303 ${path}`);
  });

  it('shows the key of a set-up to its user only', async () => {
    const { browser } = await signedIn('secretive@example.org');
    await browser.submit(path, { action: 'enrol' });
    const { browser: other } = await signedIn('curious@example.org');
    other.cookies.set('usher_enrolment', browser.cookies.get('usher_enrolment') ?? '');
    expect(keyOf(await other.open(path)).secret).toBeUndefined();
    expect(keyOf(await browser.open(path)).secret).toBeDefined();
  });
});

describe('/account/sessions', () => {
  const path = '/account/sessions';

  it('lists the devices with readable names and signs one out', async () => {
    const person = await signedIn('devices@example.org');
    const { browser, email } = person;
    await usher.api.post('/auth/sign-in', { email, password: poolPassword }, { 'user-agent': firefox });
    const page = await browser.open(path);
    expect(page.words).toContain('Firefox on Linux');
    expect(page.text).toMatch(
      /<time datetime="\d{4}-\d\d-\d\dT[\d:.]+Z">[^<]+<\/time> \(UTC\) · 127\.0\.0\.1/,
    );
    expect(page.text.match(/This device/g)).toHaveLength(1);
    const ids = [...page.text.matchAll(/name="session" value="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    const [firefoxSession] = (await sessionsOf(person)).filter(({ device }) => device === firefox);
    expect(ids).toContain(firefoxSession?.id);
    const session = firefoxSession?.id ?? '';
    expect(summary(await browser.submit(path, { session }))).toBe(`303 ${path}?revoked`);
    const revoked = await browser.open(`${path}?revoked`);
    expect(revoked.words).toContain('The device is signed out.');
    expect(revoked.words).not.toContain('Firefox');
    const again = await browser.submit(path, { session });
    expect(again.status).toBe(404);
    expect(again.words).toContain('This device is signed out already.');
  });

  it('shows a long list page by page', async () => {
    const { browser, email } = await signedIn('many@example.org');
    for (let turn = 0; turn < 20; turn++) await usher.api.signIn(email, poolPassword);
    const countOf = ({ text }: PageAnswer) => (text.match(/<time /g) ?? []).length;
    const first = await browser.open(path);
    const next = /href="([^"]+\?after=[^"]+)"/.exec(first.text)?.[1] ?? '';
    const second = await browser.open(next);
    expect([countOf(first), countOf(second)]).toEqual([20, 2]);
    expect(first.words).toContain('More devices');
    expect(second.words).not.toContain('More devices');
    expect((await browser.open(`${path}?after=made-up`)).location).toBe(path);
  });

  it('says when there is no other device', async () => {
    const { browser, headers } = await signedIn('alone@example.org');
    expect((await browser.open(path)).words).not.toContain('on this device only');
    const [session] = (await sessionsOf({ headers })).filter(({ current }) => current);
    await browser.submit(path, { session: session?.id ?? '' });
    expect((await browser.open(path)).words).toContain('You are signed in on this device only.');
  });

  it('does not sign out a session of another user', async () => {
    const { browser } = await signedIn('intruder@example.org');
    const victim = await signedIn('victim@example.org');
    for (const { id } of await sessionsOf(victim))
      expect((await browser.submit(path, { session: id })).status).toBe(404);
    expect((await browser.submit(path, { session: 'nothing' })).status).toBe(404);
    expect(await liveSessions(victim)).toBe(2);
  });

  it('signs out everywhere', async () => {
    const person = await signedIn('leaver@example.org');
    expect(summary(await person.browser.submit(path, { action: 'everywhere' }))).toBe('303 /signed-out');
    expect(person.browser.cookies.has('usher_session')).toBe(false);
    expect(await liveSessions(person)).toBe(0);
  });
});

describe('/account/delete', () => {
  const path = '/account/delete';
  const confirmed = { confirmed: 'yes' };

  it('deletes the account after a confirmation', async () => {
    const { browser, email, headers, id } = await signedIn('goodbye@example.org');
    const form = await browser.open(path);
    expect(form.words).toContain(`Permanently delete the account ${email}.`);
    expect(hasField(form, 'password')).toBe(false);
    const missing = await browser.submit(path);
    expect(missing.status).toBe(422);
    expect(missing.words).toContain('Tick the box to confirm.');
    expect((await usher.api.get('/users/me', headers)).status).toBe(200);
    expect(summary(await browser.submit(path, confirmed))).toBe('303 /signed-out?deleted');
    expect([...browser.cookies.keys()]).toEqual([]);
    expect((await browser.open('/signed-out?deleted')).words).toContain('Your account is deleted');
    expect((await usher.api.get('/users/me', headers)).status).toBe(401);
    expect((await usher.api.signIn(email, poolPassword)).status).toBe(401);
    await until(
      async () =>
        (await usher.database.sql('SELECT 1 FROM usher.erasures WHERE user_id = $1', [id])).length === 0,
    );
    const entries = await usher.database.sql(
      `SELECT action, actor_id FROM usher.audit WHERE user_id = $1 AND action LIKE '%erasure' ORDER BY id`,
      [id],
    );
    expect(entries).toEqual([
      { action: 'request-erasure', actor_id: String(id) },
      { action: 'finish-erasure', actor_id: null },
    ]);
  });

  it('asks for the password more than ten minutes after the sign-in', async () => {
    const { browser, headers } = await signedIn('hesitant@example.org');
    await pass(11 * minute);
    expect(hasField(await browser.open(path), 'password')).toBe(true);
    const asked = await browser.submit(path, confirmed);
    expect({ status: asked.status, password: hasField(asked, 'password') }).toEqual({
      status: 403,
      password: true,
    });
    expect(asked.text).toMatch(/<input[^>]*name="confirmed"[^>]* checked/);
    const wrong = await browser.submit(path, { ...confirmed, password: 'wrong-password-1' });
    expect({ status: wrong.status, error: fieldError(wrong, 'password') }).toEqual({
      status: 401,
      error: 'The password is wrong.',
    });
    expect((await usher.api.get('/users/me', headers)).status).toBe(200);
    const right = await browser.submit(path, { ...confirmed, password: poolPassword });
    expect(summary(right)).toBe('303 /signed-out?deleted');
  });

  it('refuses the last administrator in place', async () => {
    const { browser, headers } = await signedIn('last-admin@example.org', 'admin');
    const refused = await browser.submit(path, confirmed);
    expect(refused.status).toBe(403);
    expect(refused.words).toContain('You are the last administrator.');
    expect(refused.words).toContain('Delete your account');
    expect((await usher.api.get('/users/me', headers)).status).toBe(200);
    await personWith(usher, 'next-admin@example.org', 'admin');
    expect(summary(await browser.submit(path, confirmed))).toBe('303 /signed-out?deleted');
  });

  it('and `DELETE /users/me` answer 501 without AWS credentials', async () => {
    const { email } = await personWith(usher, 'no-credentials@example.org');
    const alone = await usher.startProcess({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    const browser = pagesClient(alone.url, seen);
    await browser.signIn(email, poolPassword);
    const refused = await browser.submit(path, confirmed);
    expect(refused.status).toBe(501);
    expect(refused.words).toContain('Accounts cannot be deleted here at the moment.');
    expect((await browser.open('/account')).status).toBe(200);
    const { accessToken = '' } = (await alone.api.signIn(email, poolPassword)).body.tokens ?? {};
    const { status, body } = await alone.api.delete('/users/me', { authorization: `Bearer ${accessToken}` });
    expect({ status, code: body.code }).toEqual({ status: 501, code: 'cognito.credentials_missing' });
  });
});

describe('no document', () => {
  it('contains a token or a password', () => {
    const answers = usher.proxy.calls.map(({ answer }) => JSON.stringify(answer));
    const tokens = answers.flatMap((text) =>
      [...text.matchAll(/"(?:AccessToken|IdToken|RefreshToken|Session)":"([^"]+)"/g)].map(
        ([, token = '']) => token,
      ),
    );
    const html = seen.join('\n');
    expect(tokens.length).toBeGreaterThan(50);
    expect(html.length).toBeGreaterThan(100_000);
    for (const secret of [...tokens, poolPassword, newPassword, 'wrong-password-1', 'eyJ'])
      expect(html.includes(secret) ? secret : undefined).toBeUndefined();
  });
});
