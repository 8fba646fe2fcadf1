import { fill, type MailContent, mailHtml, pageLink, sharedTexts } from '#mails';
import type { Language } from '../i18n/languages.js';
import type { Mail, MailName, MailText, MailTexts, OperatorMailTexts } from './mail.js';
import { de } from './texts/de.js';
import { en } from './texts/en.js';
import { es } from './texts/es.js';
import { fr } from './texts/fr.js';
import { it } from './texts/it.js';

export const mailTexts: Record<Language, MailTexts> = { en, de, fr, it, es };

/** In English only. */
const operatorTexts: OperatorMailTexts = {
  certificate_expires: {
    subject: 'The certificate of {names} expires at {notAfter} UTC',
    paragraphs: [
      'The certificate of {names} is valid until {notAfter} UTC, and its replacement is not in place yet. Browsers refuse an expired certificate.',
      'Last error: {reason}',
      '"npx usher certificates preflight NAME" shows what prevents the CA from reaching a name; "npx usher certificates list" lists all certificates; "npx usher certificates renew" retries immediately.',
    ],
  },
};

/** The hosted page that helps the reader of a mail without a link of its own. */
const pages: { readonly [Name in MailName]?: string } = {
  sign_up_exists: '/sign-in',
  password_changed: '/forgot',
  password_may_have_changed: '/forgot',
  session_reused: '/account/sessions',
  mfa_enabled: '/account/security',
  mfa_removed: '/account/security',
  mfa_may_have_changed: '/account/security',
  // Who asked for it cannot sign in without the factor.
  mfa_removal_allowed: '/forgot',
};

export interface MailSettings {
  /** How users know the application. */
  appName: string;
  /** Where the hosted pages are; `undefined` without them. */
  pagesUrl: URL | undefined;
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** Returns a mail as text and as HTML. Mails about the account link to the hosted page that helps, if there are pages. */
export function renderMail(
  { mail, language, values }: Mail,
  { appName, pagesUrl }: MailSettings,
): RenderedMail {
  const { subject, paragraphs, button: label } = mailText(mail, language);
  const known: Record<string, string | undefined> = { ...values, appName };
  const filled = (text: string) => fill(text, known);
  // Mails of earlier releases in the outbox may have no link.
  const link = known.link ?? linkToPage(mail, pagesUrl);
  // A mail with a link of its own is about that link; the page is for readers who have to act.
  const shownBefore = known.link === undefined ? paragraphs.length : 1;
  const content = {
    language,
    appName,
    subject: filled(subject),
    before: paragraphs.slice(0, shownBefore).map(filled),
    button: label === undefined || link === undefined ? undefined : { label, link },
    after: paragraphs.slice(shownBefore).map(filled),
  };
  return { subject: content.subject, text: mailAsText(content), html: mailHtml(content) };
}

export const mailText = (mail: MailName, language: Language): MailText =>
  mail === 'certificate_expires' ? operatorTexts[mail] : mailTexts[language].mails[mail];

function linkToPage(mail: MailName, pagesUrl: URL | undefined): string | undefined {
  const path = pages[mail];
  return path === undefined || pagesUrl === undefined ? undefined : pageLink(pagesUrl, path);
}

function mailAsText({ language, appName, before, button, after }: MailContent): string {
  const { greeting, footer } = sharedTexts[language].frame;
  const action = button ? [`${button.label}:\n${button.link}`] : [];
  return [greeting, ...before, ...action, ...after, `-- \n${fill(footer, { appName })}`].join('\n\n');
}
