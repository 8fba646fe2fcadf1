import { X509Certificate } from 'node:crypto';

/** Between them a PEM text may say what it likes (RFC 7468 section 2). */
const blocks = /-----BEGIN CERTIFICATE-----[^]*?(-----END CERTIFICATE-----|$)/g;

/** What keeps a PEM text from being certificates, as a sentence about "it"; `undefined` when it is some. */
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
