import acme from 'acme-client';
import { AuthorityKeyIdentifierExtension, X509Certificate } from '@peculiar/x509';
import type { SuggestedWindow } from './renewal-time.js';

/** What names a certificate to its CA: the issuer's key and the serial number (RFC 9773 section 4.1). */
export function renewalIdentifier(chain: string): string | undefined {
  const certificate = new X509Certificate(chain);
  const issuerKey = certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (issuerKey === undefined) return undefined;
  return [issuerKey, certificate.serialNumber].map(base64url).join('.');
}

const base64url = (hexadecimal: string): string => Buffer.from(hexadecimal, 'hex').toString('base64url');

/** The CA's advice, if it gives any: `undefined` for a CA without renewal information, and for any answer that is none. */
export async function suggestedWindow(
  directoryUrl: string,
  identifier: string,
): Promise<SuggestedWindow | undefined> {
  const directory = (await acme.axios.get<{ renewalInfo?: unknown }>(directoryUrl)).data;
  if (typeof directory.renewalInfo !== 'string') return undefined;
  const { status, data } = await acme.axios.get<unknown>(`${directory.renewalInfo}/${identifier}`);
  return status === 200 ? windowIn(data) : undefined;
}

function windowIn(data: unknown): SuggestedWindow | undefined {
  if (typeof data !== 'object' || data === null || !('suggestedWindow' in data)) return undefined;
  const { start, end } = data.suggestedWindow as { start?: unknown; end?: unknown };
  const [from, to] = [start, end].map((time) => new Date(typeof time === 'string' ? time : NaN));
  if (!from || !to || !(from.getTime() <= to.getTime())) return undefined;
  return { start: from, end: to };
}
