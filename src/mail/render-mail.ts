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

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/** @param appName how users know the application */
export function renderMail({ mail, language, values }: Mail, appName: string): RenderedMail {
  const texts = mailTexts[language];
  const { subject, paragraphs, button } = mailText(mail, language);
  const known: Record<string, string | undefined> = { ...values, appName };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? '');
  const content = {
    greeting: texts.greeting,
    paragraphs: paragraphs.map(fill),
    // Mails of earlier releases in the outbox may have no link.
    button: known.link === undefined ? undefined : button,
    link: known.link ?? '',
    ifButtonFails: texts.ifButtonFails,
    footer: fill(texts.footer),
  };
  return {
    subject: fill(subject),
    text: asText(content),
    html: asHtml(content, { language, title: fill(subject) }),
  };
}

export const mailText = (mail: MailName, language: Language): MailText =>
  mail === 'certificate_expires' ? operatorTexts[mail] : mailTexts[language].mails[mail];

interface MailContent {
  greeting: string;
  paragraphs: string[];
  button: string | undefined;
  link: string;
  ifButtonFails: string;
  footer: string;
}

function asText({ greeting, paragraphs, button, link, footer }: MailContent): string {
  const [first = '', ...others] = paragraphs;
  const parts = [greeting, first, ...(button ? [`${button}:\n${link}`] : []), ...others, `-- \n${footer}`];
  return parts.join('\n\n');
}

/** Tables and inline styles for mail clients; no external resources. */
function asHtml(content: MailContent, { language, title }: { language: Language; title: string }): string {
  const { greeting, paragraphs, button, link, ifButtonFails, footer } = content;
  const [first = '', ...others] = paragraphs.map(paragraph);
  const action = button
    ? `<p style="margin:24px 0"><a href="${escape(link)}" style="${buttonStyle}">${escape(button)}</a></p>` +
      `<p style="color:#555;font-size:13px">${escape(ifButtonFails)}<br><a href="${escape(link)}">${escape(link)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${escape(title)}</title></head>
<body style="margin:0;padding:24px;background:#f4f4f5">
<table role="presentation" align="center" width="560" style="${cardStyle}"><tr><td>
${paragraph(greeting)}${first}${action}${others.join('')}
<p style="color:#777;font-size:12px;border-top:1px solid #ddd;padding-top:12px">${escape(footer)}</p>
</td></tr></table>
</body></html>
`;
}

const cardStyle =
  'max-width:560px;background:#fff;border-radius:8px;padding:24px;font:16px/1.5 sans-serif;color:#222';
const buttonStyle =
  'display:inline-block;padding:12px 20px;border-radius:6px;background:#1f4fd8;color:#fff;text-decoration:none';

const paragraph = (text: string): string => `<p>${escape(text)}</p>`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
