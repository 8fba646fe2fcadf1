/** What a CA refused, in its words (RFC 8555 section 6.7). They name domains and addresses, never keys. */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';

  /**
   * @param type without `urn:ietf:params:acme:error:`, such as `rateLimited` or `unauthorized`
   * @param retryAfter seconds, where the CA says
   */
  constructor(
    readonly type: string,
    readonly detail: string,
    readonly retryAfter: number | undefined,
  ) {
    super(`${type}: ${detail}`);
  }
}

const prefix = 'urn:ietf:params:acme:error:';

export interface HttpAnswer {
  status: number;
  data: unknown;
  headers: Record<string, unknown>;
}

/** Characters. It goes to logs, mails and a column. */
const longestDetail = 500;

/** A refusal among a CA's answers. One because of a nonce is not final: the client asks again by itself (section 6.5). */
export function problemIn({ status, data, headers }: HttpAnswer): AcmeProblem | undefined {
  if (status < 400) return undefined;
  const usual = status < 500 ? 'malformed' : 'serverInternal';
  const { type, detail } = problemOf({ error: data }) ?? { type: usual, detail: `status ${status}` };
  return type === 'badNonce' ? undefined : new AcmeProblem(type, detail, secondsOf(headers['retry-after']));
}

/** The `error` of an order or a challenge (sections 7.1.3 and 8), or what else is a problem document. */
export function problemOf(object: object): AcmeProblem | undefined {
  const { type, detail } = Object('error' in object ? object.error : undefined) as Record<string, unknown>;
  if (typeof type !== 'string') return undefined;
  const words = typeof detail === 'string' ? detail.slice(0, longestDetail) : 'without a reason';
  return new AcmeProblem(type.replace(prefix, ''), words, undefined);
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
export function secondsOf(retryAfter: unknown, now = Date.now()): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const at = /^[A-Z][a-z]{2}, \d/.test(retryAfter) ? Date.parse(retryAfter) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
