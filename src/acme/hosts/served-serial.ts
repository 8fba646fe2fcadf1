import { connect } from 'node:tls';
import { codeOf } from '../../platform/errors/code-of.js';
import { HostError } from './host-error.js';

/** A TLS server. */
export interface TlsAddress {
  host: string;
  port: number;
}

const defaultTimeoutMs = 10_000;

/**
 * The serial number of the certificate a server shows to those who ask for this name (SNI, RFC 6066 section 3);
 * `undefined` where the server has none for it and ends the handshake.
 *
 * The certificate is not verified: only its number is looked at, nothing is sent, and an expired or foreign one is
 * exactly what has to be seen.
 */
export function servedSerial(
  name: string,
  { host, port }: TlsAddress,
  timeoutMs = defaultTimeoutMs,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: name, rejectUnauthorized: false });
    const unavailable = (why: string) =>
      reject(new HostError('unavailable', `${name} could not be checked at ${host}:${port} (${why}).`));
    // Of its own, because a socket's time-out begins anew with every byte.
    const timer = setTimeout(() => {
      unavailable(`no answer within ${timeoutMs} ms`);
      socket.destroy();
    }, timeoutMs);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber);
      socket.destroy();
    });
    socket.on('error', (error: Error) => {
      const code = codeOf(error) ?? error.name;
      // OpenSSL's own errors mean that somebody is there, and that there is no TLS for this name.
      if (code.startsWith('ERR_SSL_')) resolve(undefined);
      else unavailable(code);
    });
    socket.once('close', () => clearTimeout(timer));
  });
}
