import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TlsAddress } from '../../../src/acme/hosts/tls-probe.js';

/** A process that serves the certificate in a directory and reloads it at SIGHUP, like nginx. */
export interface TlsServerProcess {
  address: TlsAddress;
  /** The reload command. */
  reloadCommand: string;
  stop(): Promise<void>;
}

export async function startTlsServer(directory: string): Promise<TlsServerProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve-files.js'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    address: { host: '127.0.0.1', port: Number(port) },
    reloadCommand: `kill -HUP ${child.pid}`,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
