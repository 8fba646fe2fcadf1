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

// mkdtemp makes the folder private (0700). As root this is the checkout that PostgreSQL's account cannot walk to.
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

  it('folds letters beyond ASCII with an ICU collation', async () => {
    expect(await ask(postgres.url, `SELECT lower('ÄÖ' COLLATE "und-x-icu")`)).toBe('äö');
  });

  it('keeps UTC whatever the zone of the host', async () => {
    expect(await ask(postgres.url, 'SHOW timezone')).toBe('UTC');
    expect(await ask(postgres.url, 'SHOW log_timezone')).toBe('UTC');
  });

  it('lets nobody in without the generated password', async () => {
    const { port } = postgres;
    for (const credentials of ['postgres', 'postgres:guess']) {
      await expect(ask(`postgresql://${credentials}@127.0.0.1:${port}/postgres`, 'SELECT 1')).rejects.toThrow(
        /password/,
      );
    }
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('makes a database once', async () => {
    const url = await postgres.createDatabase('usher "quoted"');
    await ask(url, 'CREATE TABLE kept (word text)');
    expect(await postgres.createDatabase('usher "quoted"')).toBe(url);
    expect(await ask(url, 'SELECT count(*)::int FROM kept')).toBe(0);
  });

  it('keeps data over a stop and a start, and leaves no process behind', async () => {
    await ask(await postgres.createDatabase('app'), `CREATE TABLE word AS SELECT 'kept' AS word`);
    const pid = postmasterPid();
    await postgres.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    postgres = await start();
    expect(await ask(await postgres.createDatabase('app'), 'SELECT word FROM word')).toBe('kept');
  });

  it('recovers from kill -9, and says that the server ended', async () => {
    process.kill(postmasterPid(), 'SIGKILL');
    await postgres.ended;
    postgres = await start();
    expect(await ask(await postgres.createDatabase('app'), 'SELECT word FROM word')).toBe('kept');
  });

  it('starts although the process number of a dead server belongs to somebody else now', async () => {
    const lock = join(dataDir, 'cluster', 'postmaster.pid');
    const lines = readFileSync(lock, 'utf8').split('\n');
    await postgres.stop();
    // PostgreSQL believes a process of its own account only.
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

  it('says so when the wanted port is taken', async () => {
    const other = join(parent, 'other');
    await expect(startPostgres({ dataDir: other, port: postgres.port, durable: false })).rejects.toThrow(
      /Address already in use/,
    );
  });
});
