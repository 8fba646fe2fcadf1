import { visible } from '../../platform/names/visible.js';

/** Of problem types (RFC 8555 section 6.7). */
const prefix = 'urn:ietf:params:acme:error:';

/** Those of a passing nature, and those that say something of the account and not of what was asked. */
const notFinal = new Set([
  ...['badNonce', 'rateLimited', 'serverInternal'],
  ...['accountDoesNotExist', 'externalAccountRequired', 'userActionRequired'],
]);

/** Characters. What a CA says goes to logs, mails and a column. */
const longestDetail = 500;

interface Answer {
  status: number;
  /** Seconds, where the CA says. */
  retryAfter: number | undefined;
}

/** What a CA refused, in its words (RFC 8555 section 6.7). They name domains and addresses, never keys. */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';
  /** Seconds, where the CA says. */
  readonly retryAfter: number | undefined;
  /** Whether the same question would be refused again. */
  readonly isFinal: boolean;

  /** @param type such as `rateLimited`, without the prefix where it has that of ACME */
  constructor(
    readonly type: string,
    readonly detail: string,
    { status, retryAfter }: Answer,
    isOfAcme = true,
  ) {
    super(`${type}: ${detail}`);
    this.retryAfter = retryAfter;
    const passes = status >= 500 || status === 408 || status === 429;
    this.isFinal = isOfAcme && !passes && !notFinal.has(type);
  }
}

export interface HttpAnswer {
  status: number;
  data: unknown;
  headers: Record<string, unknown>;
}

/** A refusal among a CA's answers. One because of a nonce is not final: the client asks again by itself (section 6.5). */
export function problemIn({ status, data, headers }: HttpAnswer): AcmeProblem | undefined {
  if (status < 400) return undefined;
  const answer = { status, retryAfter: secondsOf(headers['retry-after']) };
  // A page of whatever stands before the CA says nothing of what was asked.
  const problem = problemOf(data, answer) ?? new AcmeProblem('serverInternal', `status ${status}`, answer);
  return problem.type === 'badNonce' ? undefined : problem;
}

/** A problem document, as answers, orders and challenges hold it (sections 6.7, 7.1.3 and 8). */
export function problemOf(document: unknown, answer: Answer): AcmeProblem | undefined {
  const { type, detail } = Object(document) as Record<string, unknown>;
  if (typeof type !== 'string') return undefined;
  const words = typeof detail === 'string' ? visible(detail, longestDetail) : 'without a reason';
  return new AcmeProblem(visible(type.replace(prefix, '')), words, answer, type.startsWith(prefix));
}

/** A week and a day: Let's Encrypt's longest limits last a week. */
const longestRetryAfter = 8 * 86_400;

/** Seconds or a date (RFC 9110 section 10.2.3), as long as they make sense. */
export function secondsOf(retryAfter: unknown, now = Date.now()): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const at = /^[A-Z][a-z]{2}, \d/.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  const seconds = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((at - now) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(longestRetryAfter, Math.max(0, seconds));
}
