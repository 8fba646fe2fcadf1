import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { errorOf } from '../../../test/support/contracts/certificate-host.js';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { probeServedSerial, type TlsAddress } from './tls-probe.js';

const name = 'api.example.com';

describe('probeServedSerial', () => {
  const sockets: Socket[] = [];
  let server: Server | undefined;

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    if (server?.listening) await once(server.close(), 'close');
  });

  async function listen(one: Server): Promise<TlsAddress> {
    server = one.on('connection', (socket: Socket) => sockets.push(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'reads the serial number of an untrusted certificate over %s',
    async (version) => {
      const { chain, key, serial } = await (await createAuthority()).issue(['another.example.com']);
      const requested: string[] = [];
      const at = await listen(
        createTlsServer({
          cert: chain,
          key,
          minVersion: version,
          maxVersion: version,
          SNICallback: (name, done) => (requested.push(name), done(null)),
        }),
      );
      expect(await probeServedSerial(name, at)).toBe(serial);
      expect(requested).toEqual([name]);
    },
  );

  it('is undefined when the server has no certificate for the name', async () => {
    // RFC 8446 section 6: a fatal alert, unrecognized_name.
    const alert = Buffer.from([21, 3, 3, 0, 2, 2, 112]);
    const at = await listen(createServer((socket) => socket.once('data', () => socket.end(alert))));
    expect(await probeServedSerial(name, at)).toBeUndefined();
  });

  it('is undefined when the server has no certificate at all', async () => {
    const tls = createTlsServer().on('tlsClientError', () => undefined);
    expect(await probeServedSerial(name, await listen(tls))).toBeUndefined();
  });

  it('is undefined when the server does not speak TLS', async () => {
    expect(await probeServedSerial(name, await listen(createHttpServer()))).toBeUndefined();
  });

  it('throws unavailable when no server listens', async () => {
    const at = await listen(createServer());
    await once(server!.close(), 'close');
    const error = await errorOf(probeServedSerial(name, at));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toBe(`${name} could not be checked at 127.0.0.1:${at.port} (ECONNREFUSED).`);
  });

  it('throws unavailable when the server closes the connection', async () => {
    const at = await listen(createServer((socket) => socket.once('data', () => socket.destroy())));
    expect((await errorOf(probeServedSerial(name, at))).reason).toBe('unavailable');
  });

  it('throws unavailable when the server does not answer', async () => {
    const error = await errorOf(probeServedSerial(name, await listen(createServer()), 50));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toContain('no answer within 50 ms');
  });
});
