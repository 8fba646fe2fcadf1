import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

/** Returns the preferred port if it is free, otherwise any free one. 0 means any port. */
export async function freePort(preferred = 0, host = loopback): Promise<number> {
  return (preferred === 0 ? undefined : await tryPort(preferred, host)) ?? (await anyPort(host));
}

export async function isPortFree(port: number, host = loopback): Promise<boolean> {
  return (await tryPort(port, host)) !== undefined;
}

/**
 * Ephemeral ports start at 32768 (Linux) or 49152 (other systems). A port below this range
 * is still free when its server starts to listen some seconds later.
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
