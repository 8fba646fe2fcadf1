import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../test/support/drivers/database.js';
import { startTcpProxy } from '../../../test/support/fakes/tcp-proxy.js';
import { dataSourceOptions } from './data-source.js';
import { Database } from './database.js';

let server: TestDatabase;
let dataSource: DataSource;
let database: Database;
beforeAll(async () => {
  server = await createDatabase();
  await server.sql('CREATE TABLE notes (text text UNIQUE)');
  dataSource = await new DataSource(dataSourceOptions(server.url)).initialize();
  database = new Database(dataSource);
});
beforeEach(() => server.sql('DELETE FROM notes'));
afterAll(async () => {
  await dataSource.destroy();
  await server.drop();
});

const note = (text: string) =>
  database.query({ name: 'note', text: 'INSERT INTO notes VALUES ($1)' }, [text]);
const notes = async () =>
  (await server.sql<{ text: string }>('SELECT text FROM notes ORDER BY text')).map(({ text }) => text);

describe('transaction', () => {
  it('is visible to others only after the commit', async () => {
    const seen: string[][] = [];
    const result = await database.transaction(async () => {
      await note('a');
      await Promise.all([note('b'), note('c')]);
      seen.push(await notes());
      return 'result';
    });
    expect([result, seen, await notes()]).toEqual(['result', [[]], ['a', 'b', 'c']]);
  });

  it('rolls back when the callback or a statement fails', async () => {
    const failing = database.transaction(async () => {
      await note('a');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const twice = database.transaction(async () => {
      await note('a');
      await note('a');
    });
    await expect(twice).rejects.toThrow('duplicate key');
    expect(await notes()).toEqual([]);
    await note('the connection is fine');
    expect(await notes()).toEqual(['the connection is fine']);
  });

  it('rolls back nested transactions', async () => {
    const outer = database.transaction(async () => {
      await database.transaction(() => note('inner'));
      throw new Error('outer');
    });
    await expect(outer).rejects.toThrow('outer');
    expect(await notes()).toEqual([]);
  });

  it('does not include concurrent statements', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const failing = database.transaction(async () => {
      await note('a');
      await held;
      throw new Error('late');
    });
    await note('b');
    release();
    await expect(failing).rejects.toThrow('late');
    expect(await notes()).toEqual(['b']);
  });

  it('runs afterCommit callbacks only after a commit', async () => {
    const calls: string[] = [];
    await database.transaction(async () => {
      database.afterCommit(() => calls.push('committed'));
      await note('a');
      calls.push('worked');
    });
    const failing = database.transaction(async () => {
      database.afterCommit(() => calls.push('never'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    database.afterCommit(() => calls.push('at once'));
    expect(calls).toEqual(['worked', 'committed', 'at once']);
  });

  it('throws overloaded while the database is unavailable, and works again afterwards', async () => {
    const proxy = await startTcpProxy(server.url);
    const other = await new DataSource(dataSourceOptions(proxy.url)).initialize();
    const through = new Database(other);
    const cut = through.transaction(async () => {
      await through.query({ name: 'n', text: `INSERT INTO notes VALUES ('cut')` });
      await proxy.cut();
      await through.query({ name: 'm', text: `INSERT INTO notes VALUES ('off')` });
    });
    await expect(cut).rejects.toMatchObject({ code: 'overloaded', retryAfter: 5 });
    await expect(through.transaction(() => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' });
    await proxy.restore();
    await through.transaction(() => through.query({ name: 'n', text: `INSERT INTO notes VALUES ('back')` }));
    const lost = through.transaction(async () => {
      await through.query({ name: 'n', text: `INSERT INTO notes VALUES ('lost')` });
      await proxy.cut();
      // The connection closes before COMMIT is sent.
      for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    });
    await expect(lost).rejects.toMatchObject({ code: 'overloaded' });
    await proxy.restore();
    const shutdown: Promise<void>[] = [];
    await through.transaction(async () => {
      await through.query({ name: 'n', text: `INSERT INTO notes VALUES ('at shutdown')` });
      shutdown.push(other.destroy());
      for (let turn = 0; turn < 50; turn += 1) await setImmediate();
      await through.query({ name: 'm', text: `INSERT INTO notes VALUES ('in it')` });
    });
    await Promise.all(shutdown);
    await proxy.cut();
    expect(await notes()).toEqual(['at shutdown', 'back', 'in it']);
  });
});

describe('query', () => {
  const whole = { name: 'whole', text: 'SELECT * FROM papers' };
  beforeEach(() => server.sql('DROP TABLE IF EXISTS papers; CREATE TABLE papers AS SELECT 7 AS page'));

  it('is planned again after a change of a column', async () => {
    // Prepares the statement on every connection of the pool.
    await Promise.all(Array.from({ length: 20 }, () => database.query(whole)));
    await server.sql('ALTER TABLE papers ALTER COLUMN page TYPE text');
    const answers = await Promise.all(Array.from({ length: 20 }, () => database.query(whole)));
    expect(answers).toEqual(Array(20).fill([{ page: '7' }]));
  });

  it('sends unnamed statements in a transaction, where a retry is impossible', async () => {
    await Promise.all(Array.from({ length: 20 }, () => database.query(whole)));
    await server.sql('ALTER TABLE papers ALTER COLUMN page TYPE text');
    expect(await database.transaction(() => database.query(whole))).toEqual([{ page: '7' }]);
  });
});
