import acme from 'acme-client';
import { AuthorityKeyIdentifierExtension, X509Certificate } from '@peculiar/x509';
import { secondsOf } from './acme-problem.js';
import type { SuggestedWindow } from './renewal-time.js';

export interface RenewalAdvice {
  window: SuggestedWindow;
  /** Seconds until the CA wants to be asked again, where it says so. */
  retryAfter: number | undefined;
  /** A page that says why, where there is one. */
  explanationUrl: string | undefined;
}

/** What names a certificate to its CA: the issuer's key and the serial number (RFC 9773 section 4.1). */
export function renewalIdentifier(chain: string): string | undefined {
  try {
    const certificate = new X509Certificate(chain);
    const issuerKey = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
    return issuerKey && [issuerKey, asInteger(certificate.serialNumber)].map(base64url).join('.');
  } catch {
    // Somebody has edited the table. Another certificate mends it.
    return undefined;
  }
}

/** As in the certificate: a positive number that begins with a one bit has a zero byte before it (X.690 section 8.3). */
const asInteger = (hexadecimal: string): string => (/^[89a-f]/i.test(hexadecimal) ? '00' : '') + hexadecimal;

const base64url = (hexadecimal: string): string => Buffer.from(hexadecimal, 'hex').toString('base64url');

/**
 * The CA's advice, if it gives any: `undefined` for a CA without renewal information, and for any answer that is none.
 * @throws Error when the CA cannot be asked
 */
export async function renewalAdvice(
  directoryUrl: string,
  identifier: string,
): Promise<RenewalAdvice | undefined> {
  const directory = (await acme.axios.get<{ renewalInfo?: unknown }>(directoryUrl)).data;
  if (typeof directory.renewalInfo !== 'string') return undefined;
  const { data, headers } = await acme.axios.get<unknown>(`${directory.renewalInfo}/${identifier}`, {
    // Refusals become an `AcmeProblem`, as of everything else that a CA is asked.
    validateStatus: null,
  });
  const window = windowIn(data);
  if (!window) return undefined;
  return { window, retryAfter: secondsOf(headers['retry-after']), explanationUrl: explanationIn(data) };
}

function windowIn(data: unknown): SuggestedWindow | undefined {
  if (typeof data !== 'object' || data === null || !('suggestedWindow' in data)) return undefined;
  const { start, end } = Object(data.suggestedWindow) as { start?: unknown; end?: unknown };
  const [from, to] = [start, end].map((time) => new Date(typeof time === 'string' ? time : NaN));
  if (!from || !to || !(from.getTime() <= to.getTime())) return undefined;
  return { start: from, end: to };
}

function explanationIn(data: unknown): string | undefined {
  const { explanationURL: url } = Object(data) as { explanationURL?: unknown };
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}
