import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { startPostgresSource } from '../support/drivers/legacy-postgres.js';
import { runSqlite } from '../support/drivers/legacy-sqlite.js';

const hash = `$2b$10$${'a'.repeat(21)}e${'b'.repeat(30)}e`;

let source: Awaited<ReturnType<typeof startPostgresSource>>;
let folder: string;
beforeEach(async () => {
  source = await startPostgresSource();
  folder = mkdtempSync(join(tmpdir(), 'usher-init-'));
  jest.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterEach(async () => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  await source.close();
});

const init = (argv: string[] = [], url: string = source.url) =>
  runCommand(['source', 'init', ...argv], { LEGACY_DATABASE_URL: url });
const written = () => readFileSync(join(folder, 'usher.source.yaml'), 'utf8').replace(/^#.*\n/, '');
/** What `usher source check` says of the written file. */
const check = async (url: string = source.url) => {
  const variables = { LEGACY_SOURCE: join(folder, 'usher.source.yaml'), LEGACY_DATABASE_URL: url };
  const { status, out } = await runCommand(['source', 'check', '--json'], variables);
  return { status, rows: (JSON.parse(out) as { rows: unknown[] }).rows.length };
};

const django = async (rows = 2) => {
  await source.database.sql(
    `CREATE TABLE auth_user (id serial PRIMARY KEY, username text, email text, password text, is_active boolean, date_joined timestamptz)`,
  );
  for (let id = 1; id <= rows; id += 1)
    await source.database.sql(
      `INSERT INTO auth_user (username, email, password, is_active) VALUES ($1, $1 || '@example.com', $2, true)`,
      [`user-${id}`, hash],
    );
};
const people = () =>
  source.create({
    name: 'people',
    columns: { name: 'text', code: 'uuid', contact: 'text', credential: 'text' },
    key: false,
    rows: [['Ada', '00000000-0000-4000-8000-000000000001', 'ada@example.com', hash]],
  });

describe('usher source init', () => {
  it('writes the preset that fits', async () => {
    await django();
    const { status, out, err } = await init();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('  public.auth_user (email, password), 2 rows, preset django\n');
    expect(written()).toBe('preset: django\n');
    expect(await check()).toEqual({ status: 0, rows: 2 });
    expect(out).not.toContain(source.secret);
  });

  it('writes table and columns where no preset fits, found by their values', async () => {
    await people();
    await source.database.sql('ALTER TABLE people ADD PRIMARY KEY (code)');
    const { out } = await init();
    expect(out).toContain('  public.people (contact, credential), 1 row, no preset\n');
    expect(written()).toBe(
      'table: public.people\ncolumns:\n  id: code\n  email: contact\n  hash: credential\n',
    );
    expect(await check()).toEqual({ status: 0, rows: 1 });
  });

  it('chooses the table with most rows, and names the others', async () => {
    await people();
    await source.database.sql('ALTER TABLE people ADD PRIMARY KEY (code)');
    await django();
    const { out } = await init(['--json']);
    const answer = JSON.parse(out) as { candidates: { table: string }[] };
    expect(answer).toMatchObject({
      ...{ file: join(folder, 'usher.source.yaml'), preset: 'django', table: 'public.auth_user' },
      candidates: [
        {
          ...{ table: 'public.auth_user', emailColumn: 'email', hashColumn: 'password' },
          ...{ rows: 2, preset: 'django' },
        },
        { table: 'public.people', rows: 1, preset: null },
      ],
    });
  });

  it.each<[string, string, string]>([
    ['devise', 'encrypted_password text, confirmed_at timestamp, created_at timestamp', 'encrypted_password'],
    ['devise-minimal', 'encrypted_password text', 'encrypted_password'],
    ['rails-password', 'password_digest text, created_at timestamp', 'password_digest'],
    ['laravel', 'name text, password text, email_verified_at timestamp, created_at timestamp', 'password'],
    ['phoenix', 'hashed_password text, confirmed_at timestamp, inserted_at timestamp', 'hashed_password'],
  ])('tells %s from other tables called users', async (preset, columns, hashColumn) => {
    await source.database.sql(`CREATE TABLE users (id serial PRIMARY KEY, email text, ${columns})`);
    await source.database.sql(`INSERT INTO users (email, ${hashColumn}) VALUES ('ada@example.com', $1)`, [
      hash,
    ]);
    expect((await init()).status).toBe(0);
    expect(written()).toBe(`preset: ${preset}\n`);
  });

  it('finds the hashes of better-auth in another table', async () => {
    await source.database.sql(`
      CREATE TABLE "user" (id text PRIMARY KEY, name text, email text, "emailVerified" boolean);
      CREATE TABLE account (id text PRIMARY KEY, "userId" text REFERENCES "user", "providerId" text, password text);
      INSERT INTO "user" VALUES ('u1', 'Ada', 'ada@example.com', true);
      INSERT INTO account VALUES ('a1', 'u1', 'credential', '${hash}')`);
    expect((await init()).status).toBe(0);
    expect(written()).toBe('preset: better-auth\n');
  });

  it('reads SQLite', async () => {
    const path = join(folder, 'app.db');
    runSqlite(path, [
      {
        sql: 'CREATE TABLE notes (id integer PRIMARY KEY, body text); CREATE TABLE members (no integer PRIMARY KEY, mail text, pass text)',
      },
      { sql: 'INSERT INTO members (mail, pass) VALUES (?, ?)', values: ['ada@example.com', hash] },
    ]);
    const { status, out } = await init([], `sqlite:${path}`);
    expect({ status, out }).toMatchObject({
      status: 0,
      out: expect.stringContaining('members (mail, pass), 1 row'),
    });
    expect(written()).toBe('table: members\ncolumns:\n  id: no\n  email: mail\n  hash: pass\n');
    expect(await check(`sqlite:${path}`)).toEqual({ status: 0, rows: 1 });
  });

  it('reads the header of CSV', async () => {
    const path = join(folder, 'people.csv');
    writeFileSync(path, `\uFEFFlogin,user_id,E-Mail,Password\r\nada,7,ada@example.com,${hash}\r\n`);
    expect((await init([], `csv:${path}`)).status).toBe(0);
    expect(written()).toBe('columns:\n  id: user_id\n  email: E-Mail\n  hash: Password\n');
    expect(await check(`csv:${path}`)).toEqual({ status: 0, rows: 1 });
  });

  it('replaces no file without --force', async () => {
    await django();
    writeFileSync(join(folder, 'usher.source.yaml'), 'mine');
    expect(await init()).toEqual({
      ...{ status: 2, out: '' },
      err: 'usher.source.yaml exists. Use --force to replace it.\n',
    });
    expect(written()).toBe('mine');
    expect((await init(['--force'])).status).toBe(0);
    expect(written()).toBe('preset: django\n');
  });

  it('changes nothing at the source', async () => {
    await django();
    const before = await source.state();
    await init();
    expect(await source.state()).toEqual(before);
  });
});

describe('wrong use', () => {
  const refuse = async (url: string | undefined, expected: number, said: string) => {
    const { status, out, err } = await runCommand(['source', 'init'], { LEGACY_DATABASE_URL: url });
    expect({ status, out }).toEqual({ status: expected, out: '' });
    expect(err).toContain(said);
    expect(err).not.toContain('secret-pw');
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(existsSync(join(folder, 'usher.source.yaml'))).toBe(false);
  };

  it.each<[string, string | undefined, number, string]>([
    ['no URL', undefined, 2, 'DATABASE_URL is missing'],
    ['another kind of database', 'oracle://u:secret-pw@h/d', 2, 'LEGACY_DATABASE_URL must be'],
    ['no server', 'postgres://u:secret-pw@127.0.0.1:1/x', 1, 'ECONNREFUSED'],
    ['no SQLite file', 'sqlite:/nowhere.db', 2, 'does not exist'],
    ['no CSV file', 'csv:/nowhere.csv', 2, 'does not exist'],
  ])('%s is one line', (_what, url, expected, said) => refuse(url, expected, said));

  it('a database without users is one line', async () => {
    await source.create({ name: 'orders', columns: { id: 'bigint' }, rows: [['1']] });
    await refuse(source.url, 1, 'Found no addresses with password hashes.');
  });

  it('a table without a key is one line', async () => {
    await people();
    await refuse(source.url, 1, 'Found public.people, but no key of it');
  });
});
