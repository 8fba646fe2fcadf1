import { types } from 'node:util';

/** There is no way to mail this address, whoever asks: it means no single mailbox, or the server cannot take it. */
export class UnmailableAddress extends Error {}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  /** The server's words. They can hold the address. */
  response?: string;
  /** Which of SMTP's commands was refused; `API` for a check before any. */
  command?: string;
}

/** Did the server refuse the recipient or the contents, and so works? */
export const isAboutTheMail = (error: unknown): boolean =>
  error instanceof UnmailableAddress || ['EENVELOPE', 'EMESSAGE'].includes(smtpError(error).code ?? '');

/** Will the server never take this mail? It refused the recipient or the contents, not us. */
export function isFinal(error: unknown): boolean {
  const { code, responseCode = 0 } = smtpError(error);
  if (isUnmailable(error)) return true;
  return responseCode >= 500 && (code === 'EMESSAGE' || isRecipientRefusal(error));
}

/**
 * Is the recipient's address the reason, and nothing that an operator could change? Many servers refuse a client only
 * when it names a recipient, so the codes that speak of the client (RFC 3463: X.3 system, X.7 policy) do not count.
 */
export function isAboutRecipient(error: unknown): boolean {
  if (isUnmailable(error)) return true;
  const { responseCode = 0, response = '' } = smtpError(error);
  const subject = /^\d{3}[ -][245]\.(\d{1,3})\.\d{1,3}\b/.exec(response)?.[1];
  if (!isRecipientRefusal(error) || [530, 535, 538].includes(responseCode)) return false;
  // A temporary refusal without a reason is a busy server, or greylisting.
  return responseCode >= 500 ? !['3', '7'].includes(subject ?? '') : ['1', '2'].includes(subject ?? '');
}

/** What happened, without the server's own text, which names the address. */
export function reasonOf(error: unknown): string {
  if (error instanceof UnmailableAddress) return error.message;
  if (!types.isNativeError(error)) return 'unknown';
  const { code, responseCode } = error as SmtpError;
  return [code ?? error.name, responseCode].filter((part) => part !== undefined).join(' ');
}

const smtpError = (error: unknown): Partial<SmtpError> => (types.isNativeError(error) ? error : {});

function isUnmailable(error: unknown): boolean {
  const { code, command } = smtpError(error);
  return error instanceof UnmailableAddress || (code === 'EENVELOPE' && command === 'API');
}

function isRecipientRefusal(error: unknown): boolean {
  const { code, command } = smtpError(error);
  return code === 'EENVELOPE' && command === 'RCPT TO';
}
