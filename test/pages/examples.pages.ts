import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { invite, nextTotp, setMfa, temporaryPassword } from '../support/builders/pool-users.js';
import { ada, bob } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const folder = join(import.meta.dirname, '../../examples/plain-html');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

describe('examples/plain-html in Chromium', () => {
  const usher = openUsher({
    mfa: 'OPTIONAL',
    environment: { CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*' },
  });
  let server: Server;
  let browser: Browser;
  let page: Page;
  /** Errors and warnings in the console, and exceptions. */
  let problems: string[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
      readFile(join(folder, name), 'utf8').then(
        (text) => {
          response.setHeader('content-type', types[extname(name)] ?? '');
          response.end(text.replace('http://localhost:3000', usher.url));
        },
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  beforeEach(async () => {
    const context = await browser.newContext({ locale: 'en' });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    problems = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        problems.push(`${message.text()} ${new URL(message.location().url).pathname}`);
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  afterEach(() => page.context().close());

  async function signIn(email: string, password: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const heading = () => page.getByRole('heading').filter({ visible: true });
  const isShown = (title: string) => heading().getByText(title, { exact: true }).waitFor();

  it('signs in with tokens, shows the user and signs out', async () => {
    await signIn(ada.email, ada.password);
    await isShown(`Hello ${ada.first_name}`);
    expect(await page.locator('#email').textContent()).toBe(ada.email);
    expect(await page.context().cookies()).toMatchObject([{ name: 'usher_device' }]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await isShown('Sign in');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    const [session] = await usher.database.sql('SELECT ended_at FROM usher.sessions');
    expect(session).toEqual({ ended_at: expect.any(Date) });
    expect(problems).toEqual([]);
  });

  it('keeps a session in a cookie after a reload, until the sign-out', async () => {
    await page.getByLabel('Keep me signed in').check();
    await signIn(bob.email, bob.password);
    await isShown(`Hello ${bob.first_name}`);
    await page.reload();
    await isShown(`Hello ${bob.first_name}`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await isShown('Sign in');
    await page.reload();
    await isShown('Sign in');
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('usher_session');
    expect(problems).toEqual([]);
  });

  it("shows the API's text after a wrong password", async () => {
    const { body } = await usher.api.signIn(ada.email, ada.wrong_password);
    await signIn(ada.email, ada.wrong_password);
    await page
      .getByRole('alert')
      .getByText(body.detail ?? '', { exact: true })
      .waitFor();
    await isShown('Sign in');
    // Chromium reports the status itself.
    expect(problems).toEqual([
      'Failed to load resource: the server responded with a status of 401 (Unauthorized) /auth/sign-in',
    ]);
  });

  it('asks for the answers to each challenge', async () => {
    await setMfa(usher, { MfaConfiguration: 'ON', SoftwareTokenMfaConfiguration: { Enabled: true } });
    const email = 'invited@example.org';
    const password = 'chosen-password-1';
    await invite(usher, email);
    await signIn(email, temporaryPassword);
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByAltText('QR code').waitFor();
    const secret = (await page.locator('#hint code').textContent()) ?? '';
    await page.getByLabel('Code of your authenticator app').fill(nextTotp(usher, secret));
    await page.getByRole('button', { name: 'Continue' }).click();
    await isShown(`Hello ${email}`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(email, password);
    await page.getByLabel('Code of your authenticator app').fill(nextTotp(usher, secret));
    await page.getByRole('button', { name: 'Continue' }).click();
    await isShown(`Hello ${email}`);
    expect(problems).toEqual([]);
  });
});
