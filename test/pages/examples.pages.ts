import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { projectRoot } from '../../apps/local-stack/src/project-root.js';
import { invite, nextTotp, setMfa, temporaryPassword } from '../support/builders/pool-users.js';
import { ada, bob } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const folder = join(projectRoot, 'examples/plain-html');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

async function bundledClient(): Promise<string> {
  const entryPoints = [join(projectRoot, 'clients/typescript/src/index.ts')];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm' });
  return outputFiles[0]?.text ?? '';
}

describe('in Chromium', () => {
  const usher = openUsher({
    mfa: 'OPTIONAL',
    environment: { CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*' },
  });
  let server: Server;
  let origin: string;
  let browser: Browser;
  let page: Page;
  /** Errors and warnings in the console, and exceptions. */
  let problems: string[];

  beforeAll(async () => {
    const client = await bundledClient();
    server = createServer((request, response) => {
      const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
      const text = name === 'client.js' ? Promise.resolve(client) : readFile(join(folder, name), 'utf8');
      text.then(
        (text) => {
          response.setHeader('content-type', types[extname(name)] ?? '');
          response.end(text.replace('http://localhost:3000', usher.url));
        },
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  beforeEach(async () => {
    const context = await browser.newContext({ locale: 'en' });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    problems = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        problems.push(`${message.text()} ${new URL(message.location().url).pathname}`);
    });
    await page.goto(`${origin}/`);
  });

  afterEach(() => page.context().close());

  async function signIn(email: string, password: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  const heading = () => page.getByRole('heading').filter({ visible: true });
  const isShown = (title: string) => heading().getByText(title, { exact: true }).waitFor();

  it('examples/plain-html signs in with tokens, shows the user and signs out', async () => {
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

  it('examples/plain-html keeps a session in a cookie after a reload, until the sign-out', async () => {
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

  it("examples/plain-html shows the API's text after a wrong password", async () => {
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

  it.each(['tokens', 'cookie'])(
    'the TypeScript client calls the API of another origin with %s',
    async (session) => {
      const { email, password } = bob;
      const options = JSON.stringify({ baseUrl: usher.url, session });
      const script = `import('/client.js').then(async ({ createUsherClient }) => {
      const client = createUsherClient(${options});
      await client.signIn(${JSON.stringify({ email, password })});
      const me = await client.getMe();
      const [{ session }] = await client.listSessions();
      const hasToken = (await client.accessToken()) !== undefined;
      await client.updateMe({ firstName: 'Robert' });
      await client.signOut();
      return { email: me.email, session, hasToken };
    })`;
      expect(await page.evaluate(script)).toEqual({
        email,
        session,
        hasToken: session === 'tokens',
      });
      expect(problems).toEqual([]);
    },
  );

  it('examples/plain-html asks for the answers to each challenge', async () => {
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
