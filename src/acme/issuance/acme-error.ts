import { escapeControlChars } from '../../common/names/escape-control-chars.js';

/** Of error types (RFC 8555 section 6.7). */
const prefix = 'urn:ietf:params:acme:error:';

/** Transient errors, and errors about the account instead of the request. */
const notFinal = new Set([
  ...['badNonce', 'rateLimited', 'serverInternal'],
  ...['accountDoesNotExist', 'externalAccountRequired', 'userActionRequired'],
]);

/** In characters, because the text goes to logs, mails and a column. */
const maxDetailLength = 500;

interface ErrorContext {
  status: number;
  /** Seconds, from the header Retry-After. */
  retryAfter: number | undefined;
}

/** An error response of the CA (RFC 8555 section 6.7). Its text names domains and addresses, never keys. */
export class AcmeError extends Error {
  override readonly name = 'AcmeError';
  /** Seconds, from the header Retry-After. */
  readonly retryAfter: number | undefined;
  /** Whether the CA would refuse the same request again. */
  readonly isFinal: boolean;

  /** @param type such as `rateLimited`, without the prefix of ACME's own types */
  constructor(
    readonly type: string,
    readonly detail: string,
    { status, retryAfter }: ErrorContext,
    isAcmeType = true,
  ) {
    super(`${type}: ${detail}`);
    this.retryAfter = retryAfter;
    const isTransient = status >= 500 || status === 408 || status === 429;
    this.isFinal = isAcmeType && !isTransient && !notFinal.has(type);
  }
}

export interface HttpResponse {
  status: number;
  data: unknown;
  headers: Record<string, unknown>;
}

/** Returns `undefined` for a success, and for a bad nonce, which acme-client retries itself (RFC 8555 section 6.5). */
export function errorFromResponse({ status, data, headers }: HttpResponse): AcmeError | undefined {
  if (status < 400) return undefined;
  const context = { status, retryAfter: parseRetryAfter(headers['retry-after']) };
  // The error page of a proxy says nothing about the request, so it is not final.
  const error =
    errorFromProblem(data, context) ?? new AcmeError('serverInternal', `status ${status}`, context);
  return error.type === 'badNonce' ? undefined : error;
}

/** Reads a problem document, as in responses, orders and challenges (RFC 8555 sections 6.7, 7.1.3 and 8). */
export function errorFromProblem(document: unknown, context: ErrorContext): AcmeError | undefined {
  const { type, detail } = Object(document) as Record<string, unknown>;
  if (typeof type !== 'string') return undefined;
  return new AcmeError(
    escapeControlChars(type.replace(prefix, '')),
    typeof detail === 'string' ? escapeControlChars(detail, maxDetailLength) : 'no details given',
    context,
    type.startsWith(prefix),
  );
}

/** Seconds. Let's Encrypt's longest rate limit is one week. */
const maxRetryAfter = 8 * 86_400;

/** Returns seconds for a number of seconds or a date (RFC 9110 section 10.2.3), `undefined` for anything else. */
export function parseRetryAfter(retryAfter: unknown, now = Date.now()): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const date = /^[A-Z][a-z]{2}, \d/.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  const seconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((date - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(maxRetryAfter, Math.max(0, seconds));
}
