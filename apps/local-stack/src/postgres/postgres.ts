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
  /** The folder of the cluster and its password, kept between starts. */
  dataDir: string;
  /** Any free port if 0 or absent. */
  port?: number;
  /** `false` disables fsync and similar settings, for faster tests. */
  durable: boolean;
  log?: (line: string) => void;
}

export interface Postgres {
  /** Connection string of the superuser, for the maintenance database. */
  url: string;
  port: number;
  /** Creates the database unless it exists. @returns its connection string */
  createDatabase(name: string): Promise<string>;
  /** Resolves when the server has ended for any reason. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

// Maximum wait for the processes of an earlier server to end.
const patienceMs = 15_000;

/** Starts PostgreSQL from the programs that npm installed. */
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
 * After a crash PostgreSQL removes a lock file whose process is gone. It cannot detect that the PID
 * now belongs to another process of the same account, as in containers; then no server listens on the port in the file.
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
    // A concurrent creation fails with 42P04 or, at the unique index, with 23505.
    if (!(error instanceof pg.DatabaseError) || !['42P04', '23505'].includes(error.code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
