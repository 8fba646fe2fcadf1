// Takes the screenshots of docs/pages.md beside a running local stack: APP_NAME='Acme Shop' npm start, then npm run screenshots.
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url);
const folder = new URL('docs/images/', root);
const stack = await readFile(new URL('.local/stack.json', root), 'utf8').then(JSON.parse, () => undefined);
if (stack === undefined) {
  console.error("No local stack is running. Start it first: APP_NAME='Acme Shop' npm start");
  process.exit(1);
}
const user = stack.demoUsers.find(({ note }) => !note.startsWith('refused'));
const desktop = { viewport: { width: 720, height: 560 } };
const phone = { viewport: { width: 320, height: 640 } };

const submit = (page) => page.locator('main button[type=submit]').first().click();

async function signIn(page, { email, password }) {
  await page.goto('/sign-in');
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await submit(page);
}

const shots = {
  'sign-in': [desktop, (page) => page.goto('/sign-in')],
  'sign-up': [
    phone,
    async (page) => {
      await page.goto('/sign-up');
      await page.locator('#password').fill('a long password');
    },
  ],
  refused: [
    { ...phone, colorScheme: 'dark', locale: 'de' },
    (page) => signIn(page, { email: 'unknown@example.com', password: 'wrong' }),
  ],
  security: [
    { ...phone, colorScheme: 'dark' },
    async (page) => {
      await signIn(page, user);
      await page.waitForURL('**/account');
      await page.goto('/account/security');
      await submit(page);
    },
  ],
  sessions: [
    desktop,
    async (page) => {
      await signIn(page, user);
      await page.waitForURL('**/account');
      await page.goto('/account/sessions');
    },
  ],
};

await mkdir(folder, { recursive: true });
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, [options, visit]] of Object.entries(shots)) {
    const context = await browser.newContext({ baseURL: stack.apiUrl, locale: 'en', ...options });
    const page = await context.newPage();
    await visit(page);
    const path = fileURLToPath(new URL(`${name}.png`, folder));
    await page.screenshot({ path, fullPage: true });
    await context.close();
    console.log(`docs/images/${name}.png`);
  }
} finally {
  await browser.close();
}
