export interface IssuedCertificate {
  /** A-labels, lower case. */
  names: readonly string[];
  /** PEM, leaf first. */
  chain: string;
  /** PEM, PKCS#8, EC or RSA. */
  key: string;
  /** Of the leaf, in upper-case hexadecimal as in `X509Certificate.serialNumber` of node:crypto. */
  serial: string;
}

export type CertificateIdentity = Pick<IssuedCertificate, 'names' | 'serial'>;

/** Whether the host serves the certificate, or the serial number that it serves instead (`undefined`: none). */
export type CheckResult = 'served' | { served: string | undefined };

/** A place that serves certificates. Every error is a `HostError`. */
export abstract class CertificateHost {
  /** Idempotent: a repeated call changes nothing at the host, and completes a deployment that was interrupted. */
  abstract deploy(certificate: IssuedCertificate): Promise<void>;

  /** A host may take some time after `deploy` to serve the new certificate. */
  abstract check(certificate: CertificateIdentity): Promise<CheckResult>;
}

/**
 * refused: the host rejected the request and would reject it again.
 * unavailable: no valid response; retry later.
 * misconfigured: a setting must change, here or at the host.
 */
export type HostErrorReason = 'refused' | 'unavailable' | 'misconfigured';

/** The message holds names, codes and paths only. It has no `cause`, because errors of `fetch` and OpenSSL can quote their input. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly reason: HostErrorReason,
    message: string,
  ) {
    super(message);
  }
}
