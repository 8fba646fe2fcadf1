import type { Language } from '../texts/languages.js';
import type { Mail, MailName } from './mail.js';
import type { MailText, MailTexts } from './mail-text.js';
import { de } from './texts/de.js';
import { en } from './texts/en.js';
import { es } from './texts/es.js';
import { fr } from './texts/fr.js';
import { it } from './texts/it.js';
import { operator } from './texts/operator.js';

export const mailTexts: Record<Language, MailTexts> = { en, de, fr, it, es };

export interface Composed {
  subject: string;
  text: string;
  html: string;
}

/** Puts a mail into words. @param service what people know the service as */
export function compose({ mail, language, values }: Mail, service: string): Composed {
  const texts = mailTexts[language];
  const { subject, paragraphs, button } = mailText(mail, language);
  const known: Record<string, string | undefined> = { ...values, service };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_all, name: string) => known[name] ?? '');
  const words = {
    greeting: texts.greeting,
    paragraphs: paragraphs.map(fill),
    // A notice that waits from an earlier release has no link.
    button: known.link === undefined ? undefined : button,
    link: known.link ?? '',
    ifButtonFails: texts.ifButtonFails,
    footer: fill(texts.footer),
  };
  return {
    subject: fill(subject),
    text: asText(words),
    html: asHtml(words, { language, title: fill(subject) }),
  };
}

export const mailText = (mail: MailName, language: Language): MailText =>
  mail === 'certificate_expires' ? operator[mail] : mailTexts[language].mails[mail];

interface Words {
  greeting: string;
  paragraphs: string[];
  button: string | undefined;
  link: string;
  ifButtonFails: string;
  footer: string;
}

function asText({ greeting, paragraphs, button, link, footer }: Words): string {
  const [first = '', ...others] = paragraphs;
  const parts = [greeting, first, ...(button ? [`${button}:\n${link}`] : []), ...others, `-- \n${footer}`];
  return parts.join('\n\n');
}

/** Tables and inline styles, because mail programs know little else; no picture, nothing that is loaded from anywhere. */
function asHtml(words: Words, { language, title }: { language: Language; title: string }): string {
  const { greeting, paragraphs, button, link, ifButtonFails, footer } = words;
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
