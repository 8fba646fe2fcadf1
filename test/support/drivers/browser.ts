import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';

/** Debian's Chromium, or the one of CHROMIUM_PATH. */
const executablePath =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );

export interface BrowserTab {
  page: Page;
  /** Console errors, failed requests and reports of the Content-Security-Policy. */
  complaints: string[];
  /** Kilobytes (1000 bytes) of the present page and its files with their headers, as without a cache. */
  weight: () => Promise<number>;
  close: () => Promise<void>;
}

export interface OpenBrowser {
  /** A tab with cookies of its own. */
  open: (options?: BrowserContextOptions) => Promise<BrowserTab>;
  /** A tab for all tests of a `describe`. @param options are read before the first of them */
  tabForAll: (options: () => BrowserContextOptions) => BrowserTab;
}

/** A real browser for all tests of a file. */
export function openBrowser(): OpenBrowser {
  let browser: Browser;
  beforeAll(async () => {
    if (executablePath === undefined)
      throw new Error('No Chromium: apt-get install chromium, or CHROMIUM_PATH');
    // Root, as in containers, has no sandbox.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
  const open: OpenBrowser['open'] = async (options) => {
    const context = await browser.newContext({ locale: 'en', ...options });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    return { page, complaints: watch(page), weight: scale(page), close: () => context.close() };
  };
  return {
    open,
    tabForAll(options) {
      const tab = {} as BrowserTab;
      beforeAll(async () => void Object.assign(tab, await open(options())));
      afterAll(() => tab.close());
      return tab;
    },
  };
}

/** A refused form is a document with a status of its own, which Chromium reports as an error. */
const ofDocument = /^Failed to load resource: the server responded with a status of (401|403|422|429|503)/;

function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !ofDocument.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => {
    const error = request.failure()?.errorText;
    // Of a page that was left.
    if (error !== 'net::ERR_ABORTED') complaints.push(`${request.url()} ${error}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && response.request().resourceType() !== 'document')
      complaints.push(`${response.url()} ${response.status()}`);
  });
  return complaints;
}

/** Weighs the last document, and each file when it was loaded first. */
function scale(page: Page): () => Promise<number> {
  let document: Request | undefined;
  const files = new Map<string, Request>();
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'document') document = request;
    else if (!files.has(request.url())) files.set(request.url(), request);
  });
  return async () => {
    const loaded = [...files.values(), ...(document ? [document] : [])];
    const sizes = await Promise.all(loaded.map((request) => request.sizes()));
    const bytes = sizes.map(
      ({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize,
    );
    return bytes.reduce((sum, one) => sum + one, 0) / 1000;
  };
}

/** The violations of WCAG 2.2 AA that axe finds, each with its elements. */
export async function accessibilityIssues(page: Page): Promise<string[]> {
  // The page's policy allows no injected script element; an evaluated one is the test's.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Pixels by which a page is wider than its window. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
