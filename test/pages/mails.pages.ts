import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { cognitoMessage, type Language, languages, type MessageKind, sharedTexts } from '#mails';
import type { Mail, MailName } from '../../src/mail/mail.js';
import { renderMail } from '../../src/mail/render-mail.js';

/** Values that need much space. */
const token = 'a-token-'.repeat(6);
const values: { [Name in MailName]: Mail<Name>['values'] } = {
  confirmation: { link: `https://auth.example.com/users/confirmation?token=${token}` },
  sign_up_exists: {},
  password_changed: {},
  password_may_have_changed: {},
  session_reused: {},
  mfa_enabled: {},
  mfa_removed: {},
  mfa_may_have_changed: {},
  mfa_removal_allowed: {},
  reset_invitation: { link: 'https://auth.example.com/forgot' },
  email_change_confirm: { link: `https://auth.example.com/users/confirmation?token=${token}` },
  email_change_notice: {
    newAddress: `${'n'.repeat(60)}@example.com`,
    link: `https://auth.example.com/users/confirmation?cancel=${token}`,
  },
  email_changed: {},
  certificate_expires: {
    names: Array.from({ length: 5 }, (_, index) => `a-rather-long-name-${index}.example.com`).join(', '),
    notAfter: '2027-01-01 10:00',
    reason: `urn:ietf:params:acme:error:${'x'.repeat(80)}`,
  },
};
const kinds = Object.keys(sharedTexts.en.messages) as MessageKind[];
const schemes = ['light', 'dark'] as const;

interface Rendered {
  name: string;
  html: string;
}

/** Every mail of Usher and of Cognito in every language, as a mail client gets it. */
const mails = languages.flatMap((language): Rendered[] => [
  ...(Object.keys(values) as MailName[]).map((mail) => ({
    name: `${mail} in ${language}`,
    html: renderMail(
      { to: '', mail, language, values: values[mail] },
      { appName: 'Acme', pagesUrl: new URL('https://auth.example.com') },
    ).html,
  })),
  ...kinds.map((kind) => ({
    name: `Cognito's ${kind} in ${language}`,
    html: cognitoHtml({ kind, language, code: '123456' }),
  })),
]);

const longest = [
  cognitoHtml({ kind: 'reset', language: 'de', code: '123456', appName: 'W'.repeat(64) }),
  // A temporary password has up to 256 characters.
  cognitoHtml({ kind: 'invitation', language: 'it', code: 'Wm'.repeat(128) }),
].map((html, index) => ({ name: `the longest values (${index + 1})`, html }));

function cognitoHtml({
  appName = 'Acme',
  code,
  ...message
}: {
  kind: MessageKind;
  language: Language;
  code: string;
  appName?: string;
}): string {
  const { emailMessage } = cognitoMessage({
    ...message,
    appName,
    resetLink: 'https://auth.example.com/reset',
    codeParameter: '{####}',
    usernameParameter: '{username}',
  });
  return emailMessage.replace('{####}', code).replace('{username}', '0b7a3c1e-5d0f-4c1c-9a53-2f6f0f8e7a11');
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(() => browser.close());

async function withPage<Result>(
  options: { width: number; colorScheme: 'light' | 'dark' },
  work: (page: Page) => Promise<Result>,
): Promise<Result> {
  const { width, colorScheme } = options;
  const page = await browser.newPage({ viewport: { width, height: 640 }, colorScheme });
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}

/** Each text whose contrast is too low or cannot be told (WCAG 2.2, success criterion 1.4.3). */
async function lowContrast(page: Page, html: string): Promise<string[]> {
  await page.setContent(html);
  // It stays when the content of the page is replaced.
  if (!(await page.evaluate(`'axe' in window`))) await page.addScriptTag({ path: axe });
  const { passes, violations, incomplete } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['color-contrast'] })`,
  );
  // Otherwise nothing was checked.
  expect(passes.flatMap(({ nodes }) => nodes).length).toBeGreaterThan(3);
  return [...violations, ...incomplete].flatMap(({ nodes }) => nodes.map((node) => node.html));
}

const widthOf = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth');

/** As clients get it that drop `<style>`, such as some webmailers. */
const withoutStyle = (html: string): string => html.replace(/<style>.*<\/style>/s, '');

describe('every mail', () => {
  it.each([320, 600])('fits into %d px without horizontal scrolling', async (width) => {
    await withPage({ width, colorScheme: 'light' }, async (page) => {
      const tooWide: string[] = [];
      for (const { name, html } of [...mails, ...longest]) {
        await page.setContent(html, { waitUntil: 'commit' });
        if ((await widthOf(page)) > width) tooWide.push(name);
      }
      expect(tooWide).toEqual([]);
    });
  });

  // Colours do not depend on the language.
  it.each(schemes)('has enough contrast and does not scroll sideways, %s', async (colorScheme) => {
    await withPage({ width: 320, colorScheme }, async (page) => {
      for (const { name, html } of mails.filter((mail) => mail.name.endsWith(' in de'))) {
        const low = await lowContrast(page, html);
        expect({ name, low, width: await widthOf(page) }).toEqual({ name, low: [], width: 320 });
      }
    });
  });

  it.each(schemes)('has enough contrast in a client that drops the style block, %s', async (colorScheme) => {
    await withPage({ width: 320, colorScheme }, async (page) => {
      for (const { name, html } of mails.filter((mail) => /(confirmation|reset) in en/.test(mail.name)))
        expect({ name, low: await lowContrast(page, withoutStyle(html)) }).toEqual({ name, low: [] });
    });
  });

  it('is dark in dark mode, and has one button of the colour of the pages', async () => {
    const html = cognitoHtml({ kind: 'reset', language: 'en', code: '123456' });
    const colours = (colorScheme: 'light' | 'dark') =>
      withPage({ width: 320, colorScheme }, async (page) => {
        await page.setContent(html);
        return page.evaluate<string[]>(
          `['.page', '.card', 'a:not(.link)'].map((name) => getComputedStyle(document.querySelector(name)).backgroundColor)`,
        );
      });
    expect(await colours('light')).toEqual(['rgb(242, 244, 247)', 'rgb(255, 255, 255)', 'rgb(31, 79, 216)']);
    expect(await colours('dark')).toEqual(['rgb(15, 18, 22)', 'rgb(26, 31, 38)', 'rgb(31, 79, 216)']);
  });
});
