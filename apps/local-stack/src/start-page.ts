import { signInCommand } from './banner.js';
import type { DemoUser } from './demo-users.js';
import { escapeHtml } from './escape-html.js';
import type { StackFile } from './stack-file.js';

/**
 * The page at `/` of the API. Without style and script: the API's policy for pages allows none.
 * @param origin of the demo users, as in "as Django stores them"
 * @param hasPages whether the API serves the hosted pages
 */
export function startPage(stack: StackFile, origin: string, hasPages: boolean): string {
  const { apiUrl, mailUrl, userPoolUrl, userPoolId, clientId, demoUsers } = stack;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Usher: local stack</title></head>
<body>
<h1>Usher: local stack</h1>
<p>This page exists on the local stack only.</p>
<dl>
<dt>API</dt><dd>${escapeHtml(apiUrl)}: <a href="/docs">reference</a>, <a href="/openapi.json">OpenAPI</a>, <a href="/health/ready">health</a></dd>
${hasPages ? '<dt>Pages</dt><dd><a href="/sign-in">sign-in</a>, <a href="/sign-up">sign-up</a>, <a href="/forgot">reset</a>, <a href="/account">account</a></dd>\n' : ''}<dt>Mails</dt><dd><a href="${escapeHtml(mailUrl)}">${escapeHtml(mailUrl)}</a>: every mail that the stack sends</dd>
<dt>User pool</dt><dd>${escapeHtml(`${userPoolUrl}, pool ${userPoolId}, client ${clientId}`)}</dd>
<dt>All as JSON</dt><dd><code>.local/stack.json</code>. <code>npx usher migration status</code> and other commands read it.</dd>
</dl>
${demoUsers.length > 0 ? demo(stack, origin) : '<p>DATABASE_URL is set: the stack uses its users and adds no demo users.</p>'}
</body>
</html>
`;
}

function demo({ apiUrl, demoUsers }: StackFile, origin: string): string {
  const rows = demoUsers.map((user) => {
    const { email, password, note } = user;
    const cells = [
      `<code>${escapeHtml(email)}</code>`,
      `<code>${escapeHtml(password)}</code>`,
      escapeHtml(note),
    ];
    return `<tr>${[...cells, expected(user)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<h2>Demo users</h2>
<p>They are stored ${escapeHtml(origin)}. The first sign-in migrates a user to the pool, the second one needs only the pool:</p>
<pre>${escapeHtml(signInCommand(apiUrl, demoUsers[0]))}</pre>
<table border="1" cellpadding="4">
<thead><tr><th scope="col">Address</th><th scope="col">Password</th><th scope="col">Note</th><th scope="col">Answer to a sign-in</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

const expected = ({ note }: DemoUser): string =>
  note.startsWith('refused')
    ? '401 <code>auth.invalid_credentials</code>, as for an unknown address'
    : '200 with <code>user</code> and <code>tokens</code>';
