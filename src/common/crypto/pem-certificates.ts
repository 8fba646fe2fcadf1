import { X509Certificate } from 'node:crypto';

/** Other text between the blocks is allowed (RFC 7468 section 2). */
const blocks = /-----BEGIN CERTIFICATE-----[^]*?(-----END CERTIFICATE-----|$)/g;

/** Why a PEM text holds no valid certificates, as a clause about "it"; `undefined` if it does. */
export function problemOfCertificates(pem: string): string | undefined {
  const certificates = pem.match(blocks) ?? [];
  if (certificates.length === 0) return 'it holds none';
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  return broken === -1 ? undefined : `certificate ${broken + 1} of it is broken`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
