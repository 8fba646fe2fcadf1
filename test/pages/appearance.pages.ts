import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createPoolUser, poolPassword, setMfa } from '../support/builders/pool-users.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { accessibilityIssues, openBrowser, sidewaysScroll } from '../support/drivers/browser.js';
import { openUsher } from '../support/drivers/usher.js';

const usher = openUsher({
  withPages: true,
  environment: { APP_NAME: 'Acme Shop', SUPPORT_EMAIL: 'help@acme.example' },
});
const browser = openBrowser();

/** Kilobytes of 1000 bytes, of everything that a browser without a cache receives, headers included. */
const heaviest = 30;

const signIn = async (page: Page, email: string, password: string) => {
  await page.goto('/sign-in');
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click();
};

const titleOf = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

const open = (path: string) => async (page: Page) => void (await page.goto(path));

async function refuse(page: Page): Promise<void> {
  await signIn(page, 'unknown@example.com', 'wrong');
  await page.getByRole('alert').waitFor();
}

/** The longest page: a QR code, a key and a code. */
async function setUpFactor(page: Page): Promise<void> {
  const email = `factor-${Date.now()}@example.com`;
  await setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
  await createPoolUser(usher, email);
  await signIn(page, email, poolPassword);
  await page.getByRole('img').waitFor();
  await setMfa(usher, { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } });
}

const { email, password } = deviseUser('plain');

const visits: [string, (page: Page) => Promise<void>][] = [
  ...[
    '/sign-in',
    '/sign-up',
    '/sign-up/sent',
    '/forgot',
    '/reset',
    '/signed-out',
    '/users/confirmation?token=x',
  ].map((path): [string, (page: Page) => Promise<void>] => [path, open(path)]),
  ['a refused sign-in', refuse],
  ['the set-up of an authenticator app', setUpFactor],
  ['/account', (page) => signIn(page, email, password)],
  ...['password', 'email', 'security', 'sessions', 'delete'].map(
    (name): [string, (page: Page) => Promise<void>] => [`/account/${name}`, open(`/account/${name}`)],
  ),
];

describe.each([
  ['light', 'en'],
  ['dark', 'de'],
] as const)('in %s mode at 320 pixels', (colorScheme, locale) => {
  const tab = browser.tabForAll(() => ({
    baseURL: usher.url,
    colorScheme,
    locale,
    viewport: { width: 320, height: 640 },
  }));

  it.each(visits)('%s is accessible, light and complete', async (_name, visit) => {
    const { page, complaints, weight } = tab;
    await visit(page);
    expect(await titleOf(page)).not.toMatch(/not found/i);
    expect(await accessibilityIssues(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBe(0);
    expect(complaints).toEqual([]);
    expect(await weight()).toBeLessThanOrEqual(heaviest);
  });
});
