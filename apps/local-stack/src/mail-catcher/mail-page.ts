import { escapeHtml } from '../escape-html.js';
import type { CaughtMail } from './mailbox.js';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
  details { border-top: 1px solid #ccc; padding: .5rem 0 }
  summary { cursor: pointer }
  pre { white-space: pre-wrap; overflow-wrap: anywhere }
  iframe { width: 100%; height: 24rem; border: 1px solid #ccc }
  time, .people { color: #666 }`;

export function mailPage(mails: CaughtMail[]): string {
  const list = mails.map((mail, index) => mailEntry(mail, index === 0)).join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Caught mails</title>
<style>${style}</style>
<h1>Caught mails</h1>
<p>Every mail of the local stack ends here, newest first. <a href="/">Look again</a>, or read them as <a href="/messages">JSON</a>.</p>
${list || '<p>No mail yet.</p>'}
</html>
`;
}

function mailEntry(mail: CaughtMail, open: boolean): string {
  return `<details${open ? ' open' : ''}>
<summary>${escapeHtml(mail.subject) || '(no subject)'} <span class="people">to ${escapeHtml(mail.to.join(', '))}</span></summary>
<p class="people">from ${escapeHtml(mail.from)} <time>${escapeHtml(mail.date)}</time></p>
${mail.text ? `<pre>${withLinks(mail.text)}</pre>` : ''}
${mail.html ? htmlPart(mail.html) : ''}
</details>`;
}

/** Sandboxed: a mail runs no scripts, and its links open in a new tab. */
function htmlPart(html: string): string {
  const content = escapeHtml(`<base target="_blank">${html}`);
  return `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${content}"></iframe>`;
}

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) => {
      const safe = escapeHtml(part);
      return index % 2 ? `<a href="${safe}" target="_blank" rel="noreferrer">${safe}</a>` : safe;
    })
    .join('');
}
