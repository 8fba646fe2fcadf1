import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort, isPortFree, loopback } from '../ports.js';
import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { openCluster } from './cluster.js';
import { ServerStartError, startServer, type Server } from './server.js';

export interface PostgresOptions {
  /** Kept between starts: the cluster and its password. */
  dataDir: string;
  /** 0 or absent: any free port. */
  port?: number;
  /** false gives up safety against power loss for speed: for tests. */
  durable: boolean;
  log?: (line: string) => void;
}

export interface Postgres {
  /** Connection string of the superuser, for the maintenance database. */
  url: string;
  port: number;
  /** Makes the database unless it exists; answers its connection string. */
  createDatabase(name: string): Promise<string>;
  /** Settles when the server has ended, whoever ended it. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

// An earlier server that was told to end, or whose processes outlive a kill -9, is waited for this long.
const patienceMs = 15_000;

/** Starts a real PostgreSQL from the programs npm installed; nothing needs to be on the machine. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const account = await chooseAccount(join(options.dataDir, 'cluster'));
  const native = await findBinaries(account);
  const cluster = await openCluster(options.dataDir, native, account);
  const start = async (port: number) => startServer({ native, cluster, account, port, ...options });
  const { server, port } = await insist(start, cluster.folder, options.port ?? 0);
  const urlOf = (database: string) =>
    `postgresql://postgres:${cluster.password}@${loopback}:${port}/${encodeURIComponent(database)}`;
  return {
    url: urlOf('postgres'),
    port,
    createDatabase: async (name) => {
      await createDatabase(urlOf('postgres'), name);
      return urlOf(name);
    },
    ended: server.ended,
    stop: () => server.stop(),
  };
}

async function insist(start: (port: number) => Promise<Server>, folder: string, wantedPort: number) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const port = wantedPort || (await freePort());
    try {
      return { server: await start(port), port };
    } catch (error) {
      const mayPass =
        error instanceof ServerStartError &&
        (error.reason === 'in-use' || (error.reason === 'port-taken' && wantedPort === 0));
      if (!mayPass || Date.now() > deadline) throw error;
      await removeStaleLock(folder);
      await pause(100);
    }
  }
}

/**
 * After a crash PostgreSQL itself drops a lock file whose process is gone. What it cannot tell is that the number
 * now belongs to another process of ours, as happens in containers; then nobody listens on the port in the file.
 */
async function removeStaleLock(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const port = Number(lines[3]);
  if (port > 0 && (await isPortFree(port))) await rm(file, { force: true });
}

async function createDatabase(maintenanceUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Two at once: the loser meets either the check (42P04) or the unique index behind it (23505).
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
