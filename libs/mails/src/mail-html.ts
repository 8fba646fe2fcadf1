import { escapeHtml } from './escape-html.js';
import { fill } from './fill.js';
import type { Language } from './languages.js';
import { sharedTexts } from './texts/index.js';

/** The content of a mail: plain texts, which are escaped here. */
export interface MailContent {
  language: Language;
  /** The name of the application: the heading of the mail. */
  appName: string;
  subject: string;
  /** Paragraphs before the code and the button. */
  before: string[];
  /** A code or password, shown large. */
  code?: string | undefined;
  button?: { label: string; link: string } | undefined;
  /** Paragraphs after the code and the button. */
  after: string[];
}

/**
 * Returns the HTML of a mail, for 320 to 600 px, light and dark. Tables and inline styles are for mail clients that drop
 * `<style>`: these show the light colours. There are no external resources.
 */
export function mailHtml({ language, appName, subject, before, code, button, after }: MailContent): string {
  const { greeting, footer, ifButtonFails } = sharedTexts[language].frame;
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title><style>${darkMode}</style></head>
<body class="page" style="margin:0;padding:0;${page}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="${page}"><tr><td align="center" style="padding:32px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="${card}"><tr><td style="padding:32px 20px">
<h1 class="text" style="${heading}">${escapeHtml(appName)}</h1>
${[greeting, ...before].map(paragraph).join('\n')}
${code === undefined ? '' : `<p class="code" style="${largeCode}">${escapeHtml(code)}</p>\n`}${button ? action(button, ifButtonFails) : ''}${after.map(paragraph).join('\n')}
<p class="line soft" style="${small};margin:32px 0 0;padding:16px 0 0;border-top:1px solid #d9dde3">${escapeHtml(fill(footer, { appName }))}</p>
</td></tr></table>
</td></tr></table>
</body></html>
`;
}

const paragraph = (text: string): string =>
  `<p class="text" style="margin:0 0 16px;color:#1c2330">${escapeHtml(text)}</p>`;

function action({ label, link }: { label: string; link: string }, ifButtonFails: string): string {
  const href = escapeHtml(link);
  return `<p style="margin:24px 0 12px"><a href="${href}" style="${buttonStyle}">${escapeHtml(label)}</a></p>
<p class="soft" style="${small};margin:0 0 24px">${escapeHtml(ifButtonFails)}<br><a class="link" href="${href}" style="color:#1f4fd8">${href}</a></p>
`;
}

// No color consists of six digits, so that programs that search the source for a code find no color.
const page = 'background:#f2f4f7';
const card =
  'max-width:560px;table-layout:fixed;background:#ffffff;border:1px solid #e3e6eb;border-radius:12px;text-align:left;' +
  'font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.6;overflow-wrap:anywhere;word-break:break-word';
const heading = 'margin:0 0 24px;font-size:20px;line-height:1.3;font-weight:700;color:#1c2330';
const small = 'font-size:13px;line-height:1.5;color:#5a6372';
const largeCode =
  'margin:24px 0;padding:20px 12px;border-radius:8px;background:#eef2fd;color:#1c2330;text-align:center;' +
  'font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:30px;line-height:1.3;font-weight:700;letter-spacing:4px';
const buttonStyle =
  'display:inline-block;padding:12px 18px;border-radius:8px;text-align:center;background:#1f4fd8;color:#ffffff;font-weight:600;text-decoration:none';

/** `!important`, because inline styles would win. */
const darkMode =
  ':root{color-scheme:light dark;supported-color-schemes:light dark}' +
  '@media (prefers-color-scheme:dark){' +
  '.page{background:#0f1216!important}' +
  '.card{background:#1a1f26!important;border-color:#2c333d!important}' +
  '.text{color:#eceff3!important}' +
  '.soft{color:#a8b1be!important}' +
  '.line{border-color:#2c333d!important}' +
  '.code{background:#262d38!important;color:#ffffff!important}' +
  '.link{color:#9db7ff!important}' +
  '}';
