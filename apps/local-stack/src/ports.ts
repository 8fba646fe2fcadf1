import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';

export const loopback = '127.0.0.1';

/** A port that nobody else can get before it is released. */
export interface HeldPort {
  port: number;
  release(): Promise<void>;
}

/** Returns the preferred port if it is free, otherwise any free one. 0 means any port. */
export async function freePort(preferred = 0, host = loopback): Promise<number> {
  const { port, release } = await holdPort(preferred === 0 ? [] : [preferred], host);
  await release();
  return port;
}

export async function isPortFree(port: number, host = loopback): Promise<boolean> {
  const held = await tryPort(port, host);
  await held?.release();
  return held !== undefined;
}

/** Holds the first preferred port that is free, otherwise any free one. */
export async function holdPort(preferred: readonly number[], host = loopback): Promise<HeldPort> {
  for (const port of preferred) {
    const held = await tryPort(port, host);
    if (held) return held;
  }
  return anyPort(host);
}

/**
 * Ephemeral ports start at 32768 (Linux) or 49152 (other systems). A port below this range
 * is still free when its server starts to listen some seconds later.
 */
const lowest = 20_000;
const highest = 32_767;

async function anyPort(host: string): Promise<HeldPort> {
  for (let tries = 0; tries < 100; tries += 1) {
    const held = await tryPort(randomInt(lowest, highest + 1), host);
    if (held) return held;
  }
  throw new Error(`There is no free port on ${host}.`);
}

function tryPort(port: number, host: string): Promise<HeldPort | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const release = () => new Promise<void>((released) => server.close(() => released()));
      resolve({ port: (server.address() as AddressInfo).port, release });
    });
  });
}
