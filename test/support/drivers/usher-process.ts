import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { type ApiClient, apiClient } from './api-client.js';

const main = join(import.meta.dirname, '../../../dist/api/main.js');

/** The built API in a child process, as started by `npm run start:api`. */
export interface UsherProcess {
  api: ApiClient;
  url: string;
  /** The output so far. */
  logLines(): string[];
  signal(name: NodeJS.Signals): void;
  /** The exit status, or the signal that ended the process. */
  ended: Promise<number | NodeJS.Signals>;
  /** Stops the process gracefully, unless it was killed before. */
  stop(): Promise<void>;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Resolves when the API listens. @param at a fixed port, which overrides `PORT` */
export async function startUsherProcess(
  environment: Record<string, string | undefined>,
  at?: number,
): Promise<UsherProcess> {
  const port = at ?? (await freePort());
  const { PATH, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_EC2_METADATA_DISABLED } = process.env;
  const child = spawn(process.execPath, [main], {
    env: {
      PATH,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      AWS_EC2_METADATA_DISABLED,
      ...environment,
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const lines: string[] = [];
  const listening = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.includes('"msg":"listening"')) resolve();
    });
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    child.once('exit', () => reject(new Error(`the API did not start:\n${lines.join('\n')}`)));
  });
  await listening;
  const url = `http://127.0.0.1:${port}`;
  return {
    api: apiClient(url),
    url,
    logLines: () => [...lines],
    signal: (name) => void child.kill(name),
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const status = await ended;
      if (status !== 0) throw new Error(`the API ended with ${status}:\n${lines.slice(-20).join('\n')}`);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
