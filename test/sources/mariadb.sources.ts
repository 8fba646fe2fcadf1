import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { frameworkTables } from '../support/builders/framework-tables.js';
import { openSourceFile } from '../../src/legacy/open-source.js';
import { presets } from '../../src/legacy/presets/presets.js';
import { parseSource } from '../../src/legacy/source-file.js';
import { grantsIn, guidesOfGrants } from '../support/builders/guide-grants.js';
import { draftSources } from '../../src/legacy/source-drafts.js';
import { behavesAsLegacySource } from '../support/contracts/legacy-source.js';
import { dumpsIn, sqlOf } from '../support/builders/framework-dumps.js';
import { readsDump, readsPeople } from '../support/contracts/preset.js';
import { signsInFromSource } from '../support/contracts/source-sign-in.js';
import { isMariadbInstalled, type Mariadb, startMariadb } from '../support/drivers/legacy-mariadb.js';
import { quietLog } from '../support/drivers/legacy-postgres.js';

/** With a dump to try them on. */
const guidesOfMariadb = guidesOfGrants.filter(
  ({ file, framework }) =>
    framework &&
    dumpsIn('mariadb').some((dump) => dump.framework === framework) &&
    grantsIn(file, 'mariadb').length > 0,
);

const isInstalled = isMariadbInstalled();
if (!isInstalled)
  process.stderr.write('SKIPPED: legacy sources in MariaDB, because mariadb-server is not installed.\n');

(isInstalled ? describe : describe.skip)('MariaDB', () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb();
  }, 120_000);
  afterAll(() => server.stop());

  behavesAsLegacySource(() => server.startSource());
  signsInFromSource(() => server.startSource());

  it.each(frameworkTables.filter(({ schemas }) => schemas.mariadb))(
    'the preset $preset reads users of every state, whose passwords are verified, and changes nothing',
    async (table) => {
      const world = await server.startSource();
      const name = new URL(world.url).pathname.slice(1);
      // Frameworks write instants in UTC.
      const run = (sql: string, values?: unknown[]) =>
        server.sql(`USE ${name}; SET time_zone = '+00:00'; ${sql}`, values);
      await run(table.schemas.mariadb ?? '');
      await readsPeople(table, { ...world, dialect: 'mariadb', run }).finally(() => world.close());
    },
  );

  it.each(dumpsIn('mariadb'))(
    'the preset $preset reads the users that $framework has stored, and changes nothing',
    async (dump) => {
      const world = await server.startSource();
      const run = (sql: string) => server.sql(`USE ${new URL(world.url).pathname.slice(1)}; ${sql}`);
      await run(sqlOf(dump.framework, 'mariadb'));
      await readsDump(dump, { ...world, dialect: 'mariadb', run }).finally(() => world.close());
    },
  );

  it.each(guidesOfMariadb)(
    'the account of a guide reads with the preset $preset and cannot write: $file',
    async ({ file, preset, framework = '' }) => {
      const world = await server.startSource();
      const url = new URL(world.url);
      const name = url.pathname.slice(1);
      await server.sql(`USE ${name}; ${sqlOf(framework, 'mariadb')}`);
      const grants = grantsIn(file, 'mariadb').map((text) =>
        text.replace('…', 'secret').replace(/ON \w+\./, `ON ${name}.`),
      );
      await server.sql(grants.join('; '));
      url.username = 'usher_read';
      url.password = 'secret';
      const source = await openSourceFile(
        await parseSource({ preset }, 'test'),
        url.href,
        { unlockInSeconds: undefined },
        quietLog,
      );
      const client = await createConnection(url.href);
      try {
        expect((await source.scan(undefined, 100)).users.length).toBeGreaterThan(0);
        const { table = '', join = [] } = presets[preset] ?? {};
        for (const one of new Set([table, ...join.map((joined) => joined.table)])) {
          await client.query(`SELECT 1 FROM ${one}`);
          for (const sql of [`DELETE FROM ${one}`, `INSERT INTO ${one} VALUES ()`, `TRUNCATE ${one}`])
            await expect(client.query(sql)).rejects.toMatchObject({ code: 'ER_TABLEACCESS_DENIED_ERROR' });
        }
      } finally {
        await client.end();
        await source.close();
        await server.sql('DROP USER usher_read');
        await world.close();
      }
    },
  );

  it('has no instant for the date of WordPress for "never"', async () => {
    const world = await server.startSource();
    const name = new URL(world.url).pathname.slice(1);
    const wordpress = frameworkTables.find(({ preset }) => preset === 'wordpress');
    await server.sql(
      `USE ${name}; ${wordpress?.schemas.mariadb}; INSERT INTO wp_users (user_email, user_pass) VALUES ('a@example.com', 'h')`,
    );
    const source = await world.open({ preset: 'wordpress' });
    expect((await source.find('a@example.com', [])).user).toMatchObject({ createdAt: null, verified: true });
    await source.close();
    await world.close();
  });

  it('compares addresses in the character set of their column', async () => {
    const world = await server.startSource();
    const name = new URL(world.url).pathname.slice(1);
    await server.sql(
      `CREATE TABLE ${name}.people (id bigint unsigned PRIMARY KEY, email varchar(255) CHARACTER SET latin1, password varbinary(100), gone bit(1),
         UNIQUE (email)) ;
       INSERT INTO ${name}.people VALUES (18446744073709551615, 'josé@example.com', 'h', b'1'), (2, 'ada@example.com', 'h', b'0')`,
    );
    const source = await world.open({
      table: 'people',
      columns: { id: 'ID', email: 'email', hash: 'id', blocked: 'gone' },
    });
    await expect(source.prepare()).rejects.toMatchObject({
      problems: ['columns.hash: id has the type bigint(20) unsigned, but must be a text'],
    });
    const right = await world.open({
      table: `${name}.people`,
      columns: { id: 'ID', email: 'email', hash: 'password', blocked: 'gone' },
    });
    expect(await right.find('JOSÉ@example.com', ['18446744073709551615'])).toMatchObject({
      rows: 1,
      user: { id: '18446744073709551615', blocked: true, passwordHash: 'h' },
    });
    expect(await right.find('ключ@example.com', [])).toEqual({ rows: 0, user: undefined });
    expect((await right.find('ada@example.com', [])).user).toMatchObject({ id: '2', blocked: false });
    await source.close();
    await right.close();
    await world.close();
  });

  it('is drafted with the preset that fits, or with table and columns', async () => {
    const world = await server.startSource();
    const name = new URL(world.url).pathname.slice(1);
    await server.sql(
      `CREATE TABLE ${name}.wp_users (ID bigint unsigned PRIMARY KEY, user_login text, user_email varchar(100), user_pass varchar(255), user_registered datetime);
       INSERT INTO ${name}.wp_users VALUES (1, 'ada', 'ada@example.com', '$P$B', '2026-01-01'), (2, 'bob', 'bob@example.com', '$P$B', '2026-01-01');
       CREATE TABLE ${name}.\`old people\` (no int PRIMARY KEY, mail varchar(100), pwd varbinary(100));
       INSERT INTO ${name}.\`old people\` VALUES (1, 'c@example.com', 'h');
       CREATE TABLE ${name}.empty (id int PRIMARY KEY, email text, password text)`,
    );
    expect(await draftSources(world.url, quietLog)).toEqual([
      {
        ...{ table: 'wp_users', emailColumn: 'user_email', hashColumn: 'user_pass', rows: 2 },
        ...{ preset: 'wordpress', file: { preset: 'wordpress' } },
      },
      {
        ...{ table: 'old people', emailColumn: 'mail', hashColumn: 'pwd', rows: 1, preset: null },
        file: { table: 'old people', columns: { id: 'no', email: 'mail', hash: 'pwd' } },
      },
    ]);
    await world.close();
  });

  it('has no instant for a zero date', async () => {
    const world = await server.startSource();
    const name = new URL(world.url).pathname.slice(1);
    await server.sql(
      `CREATE TABLE ${name}.people (id int PRIMARY KEY, email text, password text, at datetime NOT NULL);
       SET sql_mode = ''; INSERT INTO ${name}.people VALUES (1, 'a@example.com', 'h', '0000-00-00 00:00:00')`,
    );
    const columns = {
      id: 'id',
      email: 'email',
      hash: 'password',
      created_at: 'at',
      verified: { present: 'at' },
    };
    const source = await world.open({ table: 'people', columns });
    expect((await source.find('a@example.com', [])).user).toMatchObject({ createdAt: null, verified: false });
    await source.close();
    await world.close();
  });

  it.each([
    [
      'a wrong password',
      (url: string) => url.replace('hunter2-secret', 'hunter3'),
      'the database refuses user name or password',
    ],
    ['a database that is not there', (url: string) => `${url}x`, 'the account may not use the database'],
  ])('refuses %s in one line', async (_name, change, problem) => {
    const { openSourceFile } = await import('../../src/legacy/open-source.js');
    const { parseSource } = await import('../../src/legacy/source-file.js');
    const { quietLog } = await import('../support/drivers/legacy-postgres.js');
    const world = await server.startSource();
    const file = await parseSource({ preset: 'laravel' }, 'test');
    const source = await openSourceFile(file, change(world.url), { unlockInSeconds: undefined }, quietLog);
    await expect(source.prepare()).rejects.toMatchObject({ problems: [problem] });
    await source.close();
    await world.close();
  });
});
