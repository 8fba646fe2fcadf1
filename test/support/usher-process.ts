import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { type ApiClient, apiClient } from './api-client.js';

const main = join(import.meta.dirname, '../../dist/src/main.js');

/** The built API in a process of its own. */
export interface UsherProcess {
  api: ApiClient;
  url: string;
  /** What it has written so far. */
  logLines(): string[];
  stop(): Promise<void>;
  /** Gives it no time to finish anything. */
  kill(): Promise<void>;
}

/** Resolves once it listens. @param at the port, where it matters; `PORT` does not count */
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
  const exited = once(child, 'exit');
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
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
