import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

/** The preferred port when nobody listens there, else any free one; 0 means "any". */
export async function freePort(preferred = 0, host = loopback): Promise<number> {
  return (preferred === 0 ? undefined : await tryPort(preferred, host)) ?? (await anyPort(host));
}

export async function isPortFree(port: number, host = loopback): Promise<boolean> {
  return (await tryPort(port, host)) !== undefined;
}

/**
 * Systems give connections that go out, and servers that ask for any port, one from 32768 up (Linux) or 49152 up (others). One
 * below that is still free when its server comes to listen, which can be seconds later.
 */
const lowest = 20_000;
const highest = 32_767;

async function anyPort(host: string): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = await tryPort(randomInt(lowest, highest + 1), host);
    if (port !== undefined) return port;
  }
  throw new Error(`There is no free port on ${host}.`);
}

function tryPort(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
