import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { deviseUser } from '../support/builders/devise-users.js';
import { nextTotp, setMfa } from '../support/builders/pool-users.js';
import { type BrowserTab, openBrowser } from '../support/drivers/browser.js';
import { mailedCode } from '../support/drivers/mails.js';
import { until } from '../support/drivers/until.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ withPages: true, environment: { RATE_LIMITS: 'on' } });
const browser = openBrowser();

const password = 'correct horse battery staple 1';
const newPassword = 'another horse battery staple 2';

beforeAll(() =>
  setMfa(usher, { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }),
);

/** Opens a tab, and fails for console errors, failed requests and reports of the policy. */
async function inTab(
  options: BrowserContextOptions,
  visit: (page: Page, tab: BrowserTab) => Promise<void>,
): Promise<void> {
  const tab = await browser.open({ baseURL: usher.url, ...options });
  try {
    await visit(tab.page, tab);
    expect(tab.complaints).toEqual([]);
  } finally {
    await tab.close();
  }
}

const titleOf = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

const fillIn = async (page: Page, fields: Record<string, string>) => {
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
};

async function send(page: Page, fields: Record<string, string> = {}): Promise<void> {
  await fillIn(page, fields);
  await page.locator('main form button[type=submit]').last().click();
}

async function signIn(page: Page, email: string, typed: string): Promise<void> {
  await page.goto('/sign-in');
  await send(page, { email, password: typed });
  expect(new URL(page.url()).pathname).toBe('/account');
}

async function openMailedLink(page: Page, email: string, word: string): Promise<void> {
  const { text } = await usher.mail.waitFor(
    ({ to, text }) => to.includes(email) && text.includes(`${word}=`),
  );
  await page.goto(new RegExp(`http\\S+${word}=[\\w-]+`).exec(text)?.[0] ?? '');
}

describe.each([
  ['with JavaScript', { javaScriptEnabled: true }],
  ['without JavaScript', { javaScriptEnabled: false }],
])('a user %s', (how, options) => {
  const email = `${how.replace(' ', '-').toLowerCase()}@example.com`;

  it('signs up, confirms the address, and signs in', () =>
    inTab(options, async (page) => {
      await page.goto('/sign-up');
      await send(page, { email, firstName: 'Ann', password, passwordConfirmation: password });
      expect(await titleOf(page)).toBe('Check your mail');
      await openMailedLink(page, email, 'token');
      expect(await titleOf(page)).toBe('Confirm your address');
      await send(page);
      await send(page, { password: 'wrong password 1' });
      expect(await page.getByRole('alert').textContent()).toContain('not the password of the sign-up');
      await send(page, { password });
      expect(await titleOf(page)).toBe('Your address is confirmed');
      await page.goto('/sign-in');
      await send(page, { email, password: 'wrong' });
      expect(await page.getByRole('alert').textContent()).toContain('Sign-in refused');
      expect(await page.locator('#email').inputValue()).toBe(email);
      expect(await page.locator('#password').inputValue()).toBe('');
      await send(page, { password });
      expect(new URL(page.url()).pathname).toBe('/account');
    }));

  it('resets the password by mail', () =>
    inTab(options, async (page) => {
      await page.goto('/sign-in');
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await send(page, { email });
      expect(await titleOf(page)).toBe('Choose a new password');
      await send(page, { code: '000000', password: newPassword, passwordConfirmation: newPassword });
      expect(await page.getByRole('alert').textContent()).toContain('Code wrong or expired');
      const code = await mailedCode(usher, email);
      await send(page, { code, password: 'short1', passwordConfirmation: 'short1' });
      expect(await page.locator('#password-error').textContent()).toContain('Use at least 8 characters.');
      await send(page, { code, password: newPassword, passwordConfirmation: newPassword });
      expect(await titleOf(page)).toBe('Your password is changed');
    }));

  it('sets an authenticator app up, signs out, and signs in with its code', () =>
    inTab(options, async (page) => {
      await signIn(page, email, newPassword);
      await page.getByRole('link', { name: 'Security' }).click();
      await page.getByRole('button', { name: 'Set up an app' }).click();
      const secret = (await page.locator('.secret').textContent())?.replaceAll(' ', '');
      await page.locator('#code').fill(nextTotp(usher, secret));
      await page.getByRole('button', { name: 'Turn on' }).click();
      expect(await page.getByRole('status').textContent()).toContain('turned on');
      await page.getByRole('button', { name: 'Sign out' }).click();
      expect(await titleOf(page)).toBe('You are signed out');
      await page.goto('/account/security');
      await send(page, { email, password: newPassword });
      expect(await titleOf(page)).toBe('Enter your code');
      await send(page, { code: '000000' });
      expect(await page.getByRole('alert').textContent()).toContain('Wrong code');
      await send(page, { code: nextTotp(usher, secret) });
      // Back to where the session was missing.
      expect(new URL(page.url()).pathname).toBe('/account/security');
      await page.getByRole('button', { name: 'Remove the app' }).click();
      expect(await page.getByRole('status').textContent()).toContain('removed');
    }));

  it('changes the address by a mailed link, and signs other devices out', () =>
    inTab(options, (page) =>
      inTab(options, async (other) => {
        const newEmail = `new-${email}`;
        await signIn(other, email, newPassword);
        await signIn(page, email, newPassword);
        await page.getByRole('link', { name: 'E-mail address' }).click();
        await send(page, { email: newEmail, currentPassword: newPassword });
        expect(await page.getByRole('status').textContent()).toContain('sent an e-mail');
        await openMailedLink(page, newEmail, 'token');
        await send(page);
        expect(await titleOf(page)).toBe('Your address is confirmed');
        await page.goto('/account/sessions');
        expect(await page.locator('header').textContent()).toContain(newEmail);
        const revoke = page.getByRole('button', { name: 'Sign out: Chrome on Linux' });
        const signedIn = await revoke.count();
        expect(signedIn).toBeGreaterThan(0);
        for (let others = signedIn; others > 0; others--) {
          await revoke.last().click();
          expect(await page.getByRole('status').textContent()).toContain('The device is signed out');
          expect(await revoke.count()).toBe(others - 1);
        }
        await until(async () => {
          await other.reload();
          return (await titleOf(other)) === 'Sign in';
        });
        await page.getByRole('button', { name: 'Sign out everywhere' }).click();
        expect(await titleOf(page)).toBe('You are signed out');
      }),
    ));
});

describe('a legacy user', () => {
  const { email, password: oldPassword } = deviseUser('plain');

  it('is migrated by the first sign-in, with the keyboard alone', () =>
    inTab({}, async (page) => {
      await page.goto('/sign-in');
      await page.locator('#email:focus').waitFor();
      await page.keyboard.type(email);
      await page.keyboard.press('Tab');
      await page.keyboard.type(oldPassword);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/account');
    }));
});

describe('the script', () => {
  it('shows and hides a password, and never sends a shown one as text', () =>
    inTab({}, async (page) => {
      await page.goto('/sign-in');
      await page.locator('#password').fill('secret');
      await page.getByRole('button', { name: 'Show' }).click();
      expect(await page.locator('#password').getAttribute('type')).toBe('text');
      await page.getByRole('button', { name: 'Hide' }).click();
      expect(await page.locator('#password').getAttribute('type')).toBe('password');
    }));

  it('marks the rules of the pool that a new password meets', () =>
    inTab({}, async (page) => {
      const met = () => page.locator('.rules li.met').allTextContents();
      await page.goto('/sign-up');
      await page.locator('#password').fill('long enough');
      expect(await met()).toEqual(['at least 8 characters']);
      await page.locator('#password').fill('n0w');
      expect(await met()).toEqual(['a digit']);
    }));

  it('sends a form once', () =>
    inTab({}, async (page) => {
      const posts: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') posts.push(request.url());
      });
      await page.goto('/sign-in');
      await fillIn(page, { email: 'twice@example.com', password: 'wrong' });
      await page.locator('main button[type=submit]').dblclick();
      await page.getByRole('alert').waitFor();
      expect(posts).toHaveLength(1);
    }));

  it('counts the seconds of a rate limit down', () =>
    inTab({}, async (page) => {
      await page.clock.install();
      await page.goto('/sign-in');
      for (let attempt = 0; attempt < 6; attempt++)
        await send(page, { email: 'impatient@example.com', password: 'wrong' });
      expect(await titleOf(page)).toBe('Too many attempts');
      const timer = page.getByRole('timer');
      const seconds = Number(/\d+/.exec((await timer.textContent()) ?? '')?.[0]);
      await page.clock.runFor(3000);
      expect(await timer.textContent()).toBe(`You can try again in ${seconds - 3} s.`);
      await page.clock.runFor(seconds * 1000);
      expect(await timer.textContent()).toBe('You can try again in 0 s.');
    }));
});
