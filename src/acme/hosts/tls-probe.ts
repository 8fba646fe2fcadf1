import { connect } from 'node:tls';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import { type CertificateIdentity, type CheckResult, HostError } from './certificate-host.js';

/** A TLS server. */
export interface TlsAddress {
  host: string;
  port: number;
}

const defaultTimeoutMs = 10_000;

/** Probes each name, because each can be served from another place. Returns the first difference. */
export async function checkServedCertificate(
  { names, serial }: CertificateIdentity,
  addressOf: (name: string) => TlsAddress,
): Promise<CheckResult> {
  for (const name of names) {
    const served = await probeServedSerial(name, addressOf(name));
    if (served !== serial) return { served };
  }
  return 'served';
}

/**
 * Returns the serial number of the certificate that a server presents for this name (SNI, RFC 6066 section 3), or
 * `undefined` if the server has none and aborts the handshake. Does not verify the certificate: expired and
 * untrusted certificates must be seen too, and no data is sent.
 * @throws HostError
 */
export function probeServedSerial(
  name: string,
  { host, port }: TlsAddress,
  timeoutMs = defaultTimeoutMs,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: name, rejectUnauthorized: false });
    const unavailable = (reason: string) =>
      reject(new HostError('unavailable', `${name} could not be checked at ${host}:${port} (${reason}).`));
    // A separate timer, because a socket's timeout restarts with every byte.
    const timer = setTimeout(() => {
      unavailable(`no answer within ${timeoutMs} ms`);
      socket.destroy();
    }, timeoutMs);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber);
      socket.destroy();
    });
    socket.on('error', (error: Error) => {
      const code = systemErrorCode(error) ?? error.name;
      // An OpenSSL error means that a server responds and has no TLS for this name.
      if (code.startsWith('ERR_SSL_')) resolve(undefined);
      else unavailable(code);
    });
    socket.once('close', () => clearTimeout(timer));
  });
}
