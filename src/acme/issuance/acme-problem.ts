/** What a CA refused, in its words (RFC 8555 section 6.7). They name domains and addresses, never keys. */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';

  /**
   * @param type without `urn:ietf:params:acme:error:`, such as `rateLimited` or `unauthorized`
   * @param retryAfter seconds, where the CA says
   */
  constructor(
    readonly type: string,
    detail: string,
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

/** A refusal among a CA's answers. One because of a nonce is not final: the client asks again by itself (section 6.5). */
export function problemIn({ status, data, headers }: HttpAnswer): AcmeProblem | undefined {
  if (status < 400 || typeof data !== 'object' || data === null || !('type' in data)) return undefined;
  const type = String(data.type).replace(prefix, '');
  if (type === 'badNonce') return undefined;
  const detail = 'detail' in data ? String(data.detail) : `status ${status}`;
  return new AcmeProblem(type, detail, secondsOf(headers['retry-after']));
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
export function secondsOf(retryAfter: unknown, now = Date.now()): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
