/** What an authority issued, with the key it was asked for. */
export interface IssuedCertificate {
  /** A-labels, lower case. */
  names: readonly string[];
  /** PEM, leaf first. */
  chain: string;
  /** PEM, PKCS#8, EC or RSA. */
  key: string;
  /** The leaf's, in upper-case hexadecimal as `X509Certificate.serialNumber` of node:crypto has it. */
  serial: string;
}

/** What tells a certificate that is served from others. */
export type Served = Pick<IssuedCertificate, 'names' | 'serial'>;

/** Is it this certificate that the host serves, or which one else? `undefined`: none. */
export type CheckResult = 'served' | { served: string | undefined };

/** A place where certificates go to be served. Everything it throws is a `HostError`. */
export abstract class CertificateHost {
  /**
   * Creates or updates. Doing it again with the same certificate leaves the host as it is, and finishes what an attempt
   * that was killed half way had begun.
   */
  abstract deploy(certificate: IssuedCertificate): Promise<void>;

  /** A host may need a while after `deploy` before it serves what it was given. */
  abstract check(certificate: Served): Promise<CheckResult>;
}
