import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loopback } from '../ports.js';
import { StartError } from '../start-error.js';
import type { Account } from './account.js';
import { serverEnvironment, whereItStands, type Cluster } from './cluster.js';

export interface ServerOptions {
  native: string;
  cluster: Cluster;
  account: Account;
  port: number;
  durable: boolean;
  log?: (line: string) => void;
}

export interface Server {
  /** Resolves to the last output of the server when it has ended. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export class ServerStartError extends StartError {
  constructor(
    message: string,
    readonly reason: 'in-use' | 'port-taken' | 'other',
  ) {
    super(message);
  }
}

const settings = [
  `listen_addresses=${loopback}`,
  'unix_socket_directories=',
  'shared_buffers=32MB',
  'timezone=UTC',
  'log_timezone=UTC',
];
const settingsForTests = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];

export async function startServer(options: ServerOptions): Promise<Server> {
  const child = spawnServer(options);
  const guard = spawnGuard(child, options.account);
  const lastLines: string[] = [];
  const ended = once(child, 'close').then(() => {
    guard?.kill('SIGKILL');
    return lastLines.join('\n');
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      options.log?.(line);
      lastLines.push(line);
      lastLines.splice(0, lastLines.length - 20);
      if (line.endsWith('database system is ready to accept connections')) resolve();
    });
    ended.then((said) => reject(startError(said)), reject);
  });
  return { ended, stop: () => stop(child, ended) };
}

function spawnServer({ native, cluster, account, port, durable }: ServerOptions) {
  const chosen = durable ? settings : [...settings, ...settingsForTests];
  const where = whereItStands(cluster.folder, account);
  return spawn(
    join(native, 'bin', 'postgres'),
    ['-D', where, '-p', String(port), ...chosen.flatMap((setting) => ['-c', setting])],
    {
      cwd: cluster.folder,
      env: serverEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
      // In its own process group: Ctrl-C in a terminal must not end the database before its clients.
      detached: true,
      ...account,
    },
  );
}

/** Ends the server if this process is killed, because the input of the guard process then closes. */
function spawnGuard(server: ChildProcess, account: Account): ChildProcess | undefined {
  if (server.pid === undefined || process.platform === 'win32') return undefined;
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0"', String(server.pid)], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...account,
  });
  // Without a shell there is no guard; all else works.
  guard.on('error', () => undefined);
  return guard;
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  // SIGINT is PostgreSQL's fast shutdown: it disconnects clients and loses no data.
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
  await ended;
}

function startError(said: string): ServerStartError {
  const reason = /lock file .* already exists|is still in use/.test(said)
    ? 'in-use'
    : /could not create any TCP\/IP sockets/.test(said)
      ? 'port-taken'
      : 'other';
  return new ServerStartError(`PostgreSQL did not start:\n${said}`, reason);
}
