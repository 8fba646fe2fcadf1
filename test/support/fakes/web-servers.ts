import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Worker } from 'node:worker_threads';
import { freePort } from '../../../apps/local-stack/src/ports.js';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Whether this machine has an IPv6 loopback address. */
export const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

/** Servers on the same port of several loopback addresses, in place of port 80 of several machines. */
export async function listenTogether(servers: Record<string, Server>): Promise<Listening> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  for (const [address, server] of Object.entries(servers)) {
    server.on('connection', (socket) => sockets.add(socket.on('error', () => socket.destroy())));
    server.listen(port, address);
    await once(server, 'listening');
  }
  const close = async () => {
    const closed = Object.values(servers).map((server) => once(server.close(), 'close'));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };
  return { port, close };
}

/** A server with a full backlog that never accepts, so that new connections hang as behind a dropping firewall. */
export async function startDeafServer(): Promise<Listening> {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(code, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  // Linux queues one more connection than the backlog.
  const queued = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  for (const socket of queued) socket.on('error', () => socket.destroy());
  await Promise.all(queued.map((socket) => once(socket, 'connect')));
  const close = async () => {
    for (const socket of queued) socket.destroy();
    await worker.terminate();
  };
  return { port, close };
}

/** A key and a self-signed certificate (RFC 5280 section 4.1, version 1; Ed25519 of RFC 8410). */
export function selfSigned(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const algorithm = der(0x30, Buffer.from('06032b6570', 'hex'));
  const noName = der(0x30);
  const validity = der(
    0x30,
    der(0x17, Buffer.from('200101000000Z')),
    der(0x17, Buffer.from('491231235959Z')),
  );
  const subjectKey = publicKey.export({ format: 'der', type: 'spki' });
  const serial = der(0x02, Buffer.from([1]));
  const content = der(0x30, serial, algorithm, noName, validity, noName, subjectKey);
  const signature = der(0x03, Buffer.from([0]), sign(null, content, privateKey));
  const base64 = der(0x30, content, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}

/** Encodes tag, length and value (X.690) of less than 64 KiB. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
