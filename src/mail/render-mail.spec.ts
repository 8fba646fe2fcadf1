import { describe, expect, it } from '@jest/globals';
import { renderMail, mailText, mailTexts } from './render-mail.js';
import type { Mail, MailName } from './mail.js';
import type { Language } from '../i18n/languages.js';

/** Values for each mail. */
const values: { [Name in MailName]: Mail<Name>['values'] } = {
  confirmation: { link: 'https://example.com/?token=abc' },
  sign_up_exists: {},
  password_changed: {},
  password_may_have_changed: {},
  session_reused: {},
  mfa_enabled: {},
  mfa_removed: {},
  mfa_may_have_changed: {},
  mfa_removal_allowed: {},
  reset_invitation: { link: 'https://example.com/forgot' },
  email_change_confirm: { link: 'https://example.com/?token=abc' },
  email_change_notice: { newAddress: 'n***@example.com', link: 'https://example.com/?cancel=abc' },
  email_changed: {},
  certificate_expires: { names: 'example.com', notAfter: '2027-01-01 10:00', reason: 'it was refused' },
};
const languages = Object.keys(mailTexts) as Language[];
const names = Object.keys(values) as MailName[];
const all = languages.flatMap((language) => names.map((mail) => ({ language, mail })));

/** The hosted pages that mails without a link of their own name. */
const pages: Partial<Record<MailName, string>> = {
  sign_up_exists: '/sign-in',
  password_changed: '/forgot',
  password_may_have_changed: '/forgot',
  session_reused: '/account/sessions',
  mfa_enabled: '/account/security',
  mfa_removed: '/account/security',
  mfa_may_have_changed: '/account/security',
  mfa_removal_allowed: '/forgot',
};

describe('every mail', () => {
  it.each(all)('$mail uses all of its values and no others in $language', ({ language, mail }) => {
    const { subject, paragraphs, button } = mailText(mail, language);
    const known = [...Object.keys(values[mail]), 'appName'];
    const used = [subject, ...paragraphs].join().matchAll(/\{(\w+)\}/g);
    expect([...used].map(([, name]) => name).filter((name = '') => !known.includes(name))).toEqual([]);
    expect(button !== undefined).toBe('link' in values[mail] || mail in pages);
    const { text, html } = renderMail(
      { to: '', mail, language, values: values[mail] },
      { appName: 'Acme & Co', pagesUrl: undefined },
    );
    for (const value of [...Object.values(values[mail]), 'Acme & Co']) {
      expect(text).toContain(value);
      expect(html).toContain(String(value).replaceAll('&', '&amp;'));
    }
    expect(text + html.replace(/<style>.*<\/style>/, '')).not.toMatch(/[{}]|undefined/);
  });

  it('has a different subject in each language', () => {
    for (const mail of names.filter((name) => name !== 'certificate_expires')) {
      const subjects = languages.map((language) => mailText(mail, language).subject);
      expect(new Set(subjects).size).toBe(languages.length);
    }
  });
});

describe('a mail without a link of its own', () => {
  const render = (mail: MailName, pagesUrl: URL | undefined) =>
    renderMail({ to: '', mail, language: 'fr', values: values[mail] }, { appName: 'x', pagesUrl });

  it.each(names)('links to the hosted page that helps, if there are pages: %s', (mail) => {
    const { text, html } = render(mail, new URL('https://auth.example.com/base/'));
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link]) => link);
    const own = (values[mail] as { link?: string }).link;
    const page = pages[mail];
    const link = own ?? (page && `https://auth.example.com/base${page}`);
    expect(links).toEqual(link === undefined ? [] : [link, link]);
    if (link !== undefined) expect(text).toContain(`${mailText(mail, 'fr').button}:\n${link}\n`);
  });

  it('has no button without pages', () => {
    for (const mail of Object.keys(pages) as MailName[]) {
      const { text, html } = render(mail, undefined);
      expect(html).not.toContain('href');
      expect(text).not.toContain(mailText(mail, 'fr').button);
    }
  });
});

describe('HTML', () => {
  it('escapes values', () => {
    const newAddress = `"<img src=x onerror='alert(1)'>"@example.com`;
    const link = 'https://example.com/?cancel=abc';
    const { html } = renderMail(
      { to: '', mail: 'email_change_notice', language: 'en', values: { newAddress, link } },
      { appName: 'x', pagesUrl: undefined },
    );
    expect(html).not.toContain('<img');
    expect(html).toContain('&quot;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;@example.com');
  });
});
