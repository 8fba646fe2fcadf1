import type { Usher } from './usher.js';

/** The newest mailed reset code for this address. */
export async function mailedCode({ mail }: Usher, email: string): Promise<string> {
  const { text } = await mail.waitFor(({ to, text }) => to.includes(email) && /\b\d{6}\b/.test(text));
  return /\b\d{6}\b/.exec(text)?.[0] ?? '';
}

/** Requests a reset and returns the mailed code. */
export async function requestCode(usher: Usher, email: string, api = usher.api): Promise<string> {
  const { status } = await api.post('/passwords/forgot', { email });
  if (status !== 202) throw new Error(`no code was requested, but ${status}`);
  return mailedCode(usher, email);
}

/** Sets a new password with a mailed code. @returns the status of the reset */
export async function resetByMail(usher: Usher, email: string, password: string): Promise<number> {
  const code = await requestCode(usher, email);
  const request = { email, code, password, passwordConfirmation: password };
  return (await usher.api.post('/passwords/reset', request)).status;
}

/** The token of a mailed link. */
export const tokenIn = (text: string): string =>
  /[?&]token=([\w-]+)/.exec(text)?.[1] ?? 'no token in this mail';

/** The newest mailed token for this address that cancels a change. */
export async function mailedCancelToken({ mail }: Usher, email: string): Promise<string> {
  const { text } = await mail.waitFor(({ to, text }) => to.includes(email) && text.includes('cancel='));
  return /[?&]cancel=([\w-]+)/.exec(text)?.[1] ?? 'no token in this mail';
}

/** The newest mailed token for this address. */
export async function mailedToken({ mail }: Usher, email: string): Promise<string> {
  const { text } = await mail.waitFor(({ to, text }) => to.includes(email) && text.includes('token='));
  return tokenIn(text);
}

/** Subjects of mails to an address, oldest first. */
export const subjectsTo = ({ mail }: Usher, email: string): string[] =>
  mail
    .messages()
    .filter(({ to }) => to.includes(email))
    .map(({ subject }) => subject)
    .reverse();

/** Resolves when the outbox is empty. */
export async function allMailsSent({ database }: Usher): Promise<void> {
  for (;;) {
    const [row] = await database.sql<{ count: string }>('SELECT count(*) FROM usher.outbox');
    if (row?.count === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
