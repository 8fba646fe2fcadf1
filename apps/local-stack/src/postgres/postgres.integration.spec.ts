import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chooseAccount } from './account.js';
import { startPostgres, type Postgres } from './postgres.js';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

// mkdtemp creates a private folder (0700), which PostgreSQL's account cannot access if the test runs as root.
describe('startPostgres', () => {
  let parent: string;
  let dataDir: string;
  let postgres: Postgres;
  const start = () => startPostgres({ dataDir, durable: false });
  const postmasterPid = () =>
    Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'usher-postgres-'));
    dataDir = join(parent, 'postgres');
    postgres = await start();
  });

  afterAll(async () => {
    await postgres.stop();
    await rm(parent, { recursive: true, force: true });
  });

  it('folds the case of non-ASCII letters with an ICU collation', async () => {
    expect(await ask(postgres.url, `SELECT lower('ÄÖ' COLLATE "und-x-icu")`)).toBe('äö');
  });

  it('uses UTC in any time zone of the host', async () => {
    expect(await ask(postgres.url, 'SHOW timezone')).toBe('UTC');
    expect(await ask(postgres.url, 'SHOW log_timezone')).toBe('UTC');
  });

  it('refuses connections without the generated password', async () => {
    const { port } = postgres;
    for (const credentials of ['postgres', 'postgres:guess']) {
      await expect(ask(`postgresql://${credentials}@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(
        /password/,
      );
    }
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('creates a database once', async () => {
    const url = await postgres.createDatabase('usher "quoted"');
    await ask(url, 'CREATE TABLE kept (word text)');
    expect(await postgres.createDatabase('usher "quoted"')).toBe(url);
    expect(await ask(url, 'SELECT count(*)::int FROM kept')).toBe(0);
  });

  it('keeps data across a restart, and leaves no process running', async () => {
    await ask(await postgres.createDatabase('app'), `CREATE TABLE word AS SELECT 'kept' AS word`);
    const pid = postmasterPid();
    await postgres.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    postgres = await start();
    expect(await ask(await postgres.createDatabase('app'), 'SELECT word FROM word')).toBe('kept');
  });

  it('recovers from kill -9, and reports that the server ended', async () => {
    process.kill(postmasterPid(), 'SIGKILL');
    await postgres.ended;
    postgres = await start();
    expect(await ask(await postgres.createDatabase('app'), 'SELECT word FROM word')).toBe('kept');
  });

  it('starts if the PID of a dead server belongs to another process', async () => {
    const lock = join(dataDir, 'cluster', 'postmaster.pid');
    const lines = readFileSync(lock, 'utf8').split('\n');
    await postgres.stop();
    // PostgreSQL considers only processes of its own account.
    const account = await chooseAccount(join(dataDir, 'cluster'));
    const somebody = spawn('/bin/sh', ['-c', 'read -r _'], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      ...account,
    });
    writeFileSync(lock, [String(somebody.pid), ...lines.slice(1)].join('\n'));
    try {
      postgres = await start();
      expect(await ask(postgres.url, 'SELECT 1')).toBe(1);
    } finally {
      somebody.kill();
    }
  });

  it('reports that the requested port is in use', async () => {
    const other = join(parent, 'other');
    await expect(startPostgres({ dataDir: other, port: postgres.port, durable: false })).rejects.toThrow(
      /Address already in use/,
    );
  });
});
