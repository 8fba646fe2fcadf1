import type { DemoUser } from './demo-users.js';
import type { StackFile } from './stack-file.js';

/** Longer lists are cut; the first six Devise users cover every kind. */
const longestList = 15;
const shownUsers = 6;

/**
 * The text printed when the stack is ready.
 * @param origin of the demo users, as in "as Django stores them"
 */
export function banner(stack: StackFile, logs: string, origin: string): string {
  return `
Usher is ready.

  API          ${stack.apiUrl}   (open it in a browser; reference: ${stack.apiUrl}/docs)
  Mails        ${stack.mailUrl}
  User pool    ${stack.userPoolUrl}   (${stack.userPoolId}, client ${stack.clientId})
  Logs         ${logs}
${stack.demoUsers.length > 0 ? demo(stack, origin) : '\nDATABASE_URL is set: the stack uses its users and adds no demo users.\n'}
The same as JSON: .local/stack.json. Ctrl-C stops the stack.
`;
}

function demo({ apiUrl, demoUsers }: StackFile, origin: string): string {
  const shown = demoUsers.length > longestList ? demoUsers.slice(0, shownUsers) : demoUsers;
  const more = demoUsers.length - shown.length;
  const width = (column: 'email' | 'password') => Math.max(...shown.map((user) => user[column].length)) + 2;
  const lines = shown.map(
    (user) => `  ${user.email.padEnd(width('email'))}${user.password.padEnd(width('password'))}${user.note}`,
  );
  return `
Demo users, ${origin}${more > 0 ? ` (${more} more in .local/stack.json)` : ''}:

${lines.join('\n')}

Try a first sign-in:

${signInCommand(apiUrl, demoUsers[0])}
`;
}

/** A line for the shell. */
export function signInCommand(apiUrl: string, user: DemoUser | undefined): string {
  const body = JSON.stringify({ email: user?.email, password: user?.password });
  return `curl -sS ${apiUrl}/auth/sign-in -H 'content-type: application/json' -d ${shellQuoted(body)}`;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
