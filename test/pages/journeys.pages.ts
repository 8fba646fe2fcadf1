import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { deviseUser } from '../support/builders/devise-users.js';
import { setMfa } from '../support/builders/pool-users.js';
import { type BrowserTab, openBrowser } from '../support/drivers/browser.js';
import { mailedCode } from '../support/drivers/mails.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({ withPages: true, environment: { APP_NAME: 'Acme Shop' } });
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
});

describe('a legacy user', () => {
  const { email, password: oldPassword } = deviseUser('plain');

  it('is migrated by the first sign-in, with the keyboard alone', () =>
    inTab({}, async (page) => {
      await page.goto('/sign-in');
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
});
