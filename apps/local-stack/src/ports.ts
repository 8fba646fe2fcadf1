import { createServer } from 'node:net';

export const loopback = '127.0.0.1';

/** The preferred port when nobody listens there, else any free one; 0 means "any". */
export async function freePort(preferred = 0, host = loopback): Promise<number> {
  return (await tryPort(preferred, host)) ?? (await anyPort(host));
}

export async function isPortFree(port: number, host = loopback): Promise<boolean> {
  return (await tryPort(port, host)) !== undefined;
}

async function anyPort(host: string): Promise<number> {
  const port = await tryPort(0, host);
  if (port === undefined) throw new Error(`There is no free port on ${host}.`);
  return port;
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
