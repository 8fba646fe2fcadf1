import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Pebble } from './pebble.js';

/** In Debian's package `certbot`. */
export const isCertbotInstalled = (): boolean => spawnSync('certbot', ['--version']).error === undefined;

interface Options {
  pebble: Pebble;
  /** Its configuration, work and log folder. */
  folder: string;
  names: string[];
  /** Additional arguments, such as hooks. */
  more: string[];
  /** The environment of its hooks. */
  environment?: Record<string, string>;
}

/** `certbot certonly --manual`, with its standard input open. */
export function startCertbot({ pebble, folder, names, more, environment }: Options) {
  const child = spawn(
    'certbot',
    [
      ...['certonly', '--manual', '--preferred-challenges', 'http', '--server', pebble.directoryUrl],
      ...['--agree-tos', '--register-unsafely-without-email', '--config-dir', join(folder, 'config')],
      ...['--work-dir', join(folder, 'work'), '--logs-dir', join(folder, 'logs')],
      ...names.flatMap((name) => ['-d', name]),
      ...more,
    ],
    {
      // A folder without a .env file, which the `usher` commands would read.
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, REQUESTS_CA_BUNDLE: pebble.caBundle, ...environment },
      stdio: 'pipe',
    },
  );
  return following(child);
}

function following(child: ChildProcessWithoutNullStreams) {
  let output = '';
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, output }));
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    /** The result with the complete output. */
    ended,
    /** Waits for this output. */
    says: async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found;
        await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error(output)))]);
      }
    },
    pressEnter: () => void child.stdin.write('\n'),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
