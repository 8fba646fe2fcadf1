import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../../test/support/drivers/command.js';
import {
  createDatabase,
  createDeviseDatabase,
  type TestDatabase,
} from '../../../test/support/drivers/database.js';
import { startPostgresSource } from '../../../test/support/drivers/legacy-postgres.js';
import { until } from '../../../test/support/drivers/until.js';
import { startUsher } from '../../../test/support/drivers/usher.js';
import type { Plan } from '../../migration/migration-plan.js';

const tail = `${'a'.repeat(21)}e${'b'.repeat(30)}e`;
const hash = `$2a$12$${tail}`;

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'usher-plan-test-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const plan = (argv: string[] = [], variables = {}) =>
  runCommand(['migration', 'plan', ...argv], {
    DATABASE_URL: database.url,
    PORT: 'not a port',
    ...variables,
  });

async function createTable(rows: [id: string, email: string | null, passwordHash: string | null][]) {
  await database.sql(`CREATE TABLE users (id text PRIMARY KEY, email text, encrypted_password text)`);
  for (const row of rows) await database.sql('INSERT INTO users VALUES ($1, $2, $3)', row);
}

const jsonOf = async (argv: string[] = [], variables = {}) => {
  const { status, out } = await plan(['--json', ...argv], variables);
  return { status, plan: JSON.parse(out) as Plan };
};

const found = ({ findings }: Plan) =>
  Object.fromEntries(findings.filter(({ rows }) => rows !== null).map(({ id, sample }) => [id, sample]));

it('has nothing to do about a sound table on which Usher has not started', async () => {
  await createTable([
    ['1', 'a@example.com', hash],
    ['2', 'b@example.com', `$6$salt$${'.'.repeat(86)}`],
  ]);
  const { status, out, err } = await plan();
  expect({ status, err }).toEqual({
    status: 0,
    err: 'The schema of the pool is not checked: AWS_COGNITO_USER_POOL_ID is not set.\n',
  });
  expect(out).toMatch(/^2 legacy users in the table users of /);
  expect(out).toMatch(/\n +1 {2}can be imported with the hash \(50\.0 %\)\n +1 {6}bcrypt_2a\n/);
  expect(out).toMatch(/\n +1 {2}migrate at the first sign-in only \(50\.0 %\)\n +1 {6}sha512_crypt\n/);
  expect(out).toContain('not checked  attribute_missing');
  expect(out).not.toContain(new URL(database.url).password);
});

it('prints the documented members as JSON, and exits with 3 for findings', async () => {
  await createTable([
    ['1', null, hash],
    ['2', '', hash],
    ['3', 'nobody', hash],
    ['4', 'Ada@example.com', hash],
    ['5', 'ada@example.com ', hash],
    ['6', 'f@example.com', null],
    ['7', 'g@example.com', 'secret'],
    ['8', 'h@example.com', hash.slice(0, 30)],
    ['9', 'i@example.com', `$2a$13$${tail}`],
  ]);
  const { status, plan: answer } = await jsonOf();
  expect(status).toBe(3);
  expect(Object.keys(answer)).toEqual(['source', 'rows', 'ways', 'findings', 'activity', 'estimate']);
  expect(answer.rows).toBe(9);
  expect(answer.ways.reduce((sum, { rows }) => sum + rows, 0)).toBe(9);
  expect(found(answer)).toEqual({
    address_blank: ['1', '2'],
    address_invalid: ['3'],
    address_duplicate: ['4', '5'],
    hash_missing: ['6'],
    hash_unknown: ['7'],
    hash_impossible: ['8'],
    hash_too_costly: ['9'],
  });
  expect(answer.activity).toEqual([{ month: null, rows: 9 }]);
});

it('judges with the settings of the API', async () => {
  await database.sql(
    `CREATE TABLE users (id int PRIMARY KEY, email text, encrypted_password text, status text)`,
  );
  await database.sql(
    `INSERT INTO users VALUES (1, 'a@example.com', $1, 'ok'), (2, 'b@example.com', $2, 'banned')`,
    [hash, '0'.repeat(32)],
  );
  const variables = {
    ...{ PASSWORD_PEPPERS: 'a-pepper', LEGACY_HASH_SCHEME: 'hex_md5', LEGACY_BLOCKED_WHEN: 'status=banned' },
  };
  const { plan: answer } = await jsonOf([], variables);
  expect(answer.ways).toEqual([
    { way: 'sign_in', format: 'bcrypt_2a', rows: 1 },
    { way: 'blocked', format: 'hex_md5', rows: 1 },
  ]);
  expect(found(answer)).toEqual({ blocked: ['2'] });
});

it('does not load a hash of 10 MB', async () => {
  await createTable([['1', 'a@example.com', null]]);
  await database.sql(`UPDATE users SET encrypted_password = $1 || repeat('x', 10000000)`, [hash]);
  expect(found((await jsonOf()).plan)).toEqual({ hash_unknown: ['1'] });
});

describe('--out', () => {
  const read = (name: string) => readFileSync(join(folder, 'plan', `${name}.csv`), 'utf8');

  it('writes one CSV file per finding, with formulas as text', async () => {
    await createTable([
      ['=1+1', 'x,"y"', hash],
      ['-2', null, `$2a$10$\n`],
      ['3', '@SUM(A1)', 'secret'],
    ]);
    const out = join(folder, 'plan');
    expect((await plan(['--out', out])).status).toBe(3);
    expect(readdirSync(out).sort()).toEqual([
      'address_blank.csv',
      'address_invalid.csv',
      'hash_impossible.csv',
      'hash_unknown.csv',
    ]);
    expect(read('address_invalid')).toBe(
      `id,email,way,format\r\n3,"'@SUM(A1)",blocked,unknown\r\n"'=1+1","x,""y""",blocked,bcrypt_2a\r\n`,
    );
    expect(read('address_blank')).toBe(`id,email,way,format\r\n"'-2",,blocked,bcrypt_2a\r\n`);
    expect(statSync(join(out, 'address_blank.csv')).mode & 0o777).toBe(0o600);
  });

  it('replaces the files of an earlier plan', async () => {
    await createTable([['1', '', hash]]);
    const out = join(folder, 'plan');
    await plan(['--out', out]);
    await database.sql(`UPDATE users SET email = 'nobody'`);
    expect((await plan(['--out', out])).status).toBe(3);
    expect(readdirSync(out)).toEqual(['address_invalid.csv']);
  });

  it('refuses a folder with other files, and a file', async () => {
    await createTable([['1', '', hash]]);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    const { status, err, out } = await plan(['--out', folder]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toBe(
      `The folder ${folder} has other files than those of a plan. Choose a new or empty folder.\n`,
    );
    expect(readdirSync(folder)).toEqual(['mine.txt']);
    const onFile = await plan(['--out', join(folder, 'mine.txt')]);
    expect(onFile.status).toBe(2);
    expect(onFile.err.trim().split('\n')).toHaveLength(1);
  });

  it('leaves nothing behind when the source cannot be read', async () => {
    expect((await plan(['--out', join(folder, 'plan')])).status).toBe(2);
    mkdirSync(join(folder, 'empty'));
    expect((await plan(['--out', join(folder, 'empty')])).status).toBe(2);
    expect(readdirSync(folder)).toEqual(['empty']);
    expect(readdirSync(join(folder, 'empty'))).toEqual([]);
  });

  it('leaves no half-written files after Ctrl-C', async () => {
    await createTable([['1', '', hash]]);
    const lock = `DO $$ BEGIN LOCK TABLE users IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(60); END $$`;
    const locked = database.sql(lock).catch(() => undefined);
    const waiting = (state: string) =>
      database.sql(`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND ${state}`);
    await until(async () => (await waiting(`wait_event = 'PgSleep'`)).length > 0, 10_000);
    const main = join(import.meta.dirname, '../../../dist/src/cli/main.js');
    const out = join(folder, 'plan');
    const child = spawn(process.execPath, [main, 'migration', 'plan', '--out', out], {
      env: { PATH: process.env.PATH, DATABASE_URL: database.url },
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    await until(async () => (await waiting(`wait_event_type = 'Lock'`)).length > 0, 20_000);
    expect(existsSync(out)).toBe(true);
    child.kill('SIGINT');
    expect(await exited).toEqual([null, 'SIGINT']);
    expect(readdirSync(folder)).toEqual([]);
    const [sleeper] = (await waiting(`wait_event = 'PgSleep'`)) as { pid: number }[];
    await database.sql('SELECT pg_terminate_backend($1)', [sleeper?.pid]);
    await locked;
  });
});

describe('wrong use', () => {
  const variablesOf = (changes: object) => ({ DATABASE_URL: database.url, ...changes });

  it.each<[string, object, number, string]>([
    ['no table', {}, 2, 'The database has no table "users".'],
    ['no DATABASE_URL', { DATABASE_URL: undefined }, 2, 'Invalid configuration: DATABASE_URL is missing'],
    [
      'another scheme',
      { LEGACY_HASH_SCHEME: 'md4' },
      2,
      'Invalid configuration: LEGACY_HASH_SCHEME must be one of',
    ],
    [
      'no server',
      { DATABASE_URL: 'postgres://u:secret-pw@127.0.0.1:1/x' },
      1,
      'connect ECONNREFUSED 127.0.0.1:1',
    ],
  ])('%s is one line', async (_what, changes, expected, text) => {
    const { status, err, out } = await runCommand(['migration', 'plan'], variablesOf(changes));
    expect({ status, out }).toEqual({ status: expected, out: '' });
    expect(err).toContain(text);
    expect(err).not.toContain('secret-pw');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('LEGACY_SOURCE=none is one line, also beside an adopted table', async () => {
    await createTable([['1', 'a@example.com', hash]]);
    const { status, out, err } = await plan([], { LEGACY_SOURCE: 'none' });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/^LEGACY_SOURCE is none: there is no legacy source\. .+\n$/);
  });

  it('a column that LEGACY_BLOCKED_WHEN names and the table lacks is one line', async () => {
    await createTable([]);
    const { status, err } = await plan([], { LEGACY_BLOCKED_WHEN: 'gone_at' });
    expect(status).toBe(2);
    expect(err).toBe(
      'LEGACY_BLOCKED_WHEN names the column "gone_at", which the table "users" does not have\n',
    );
  });

  it('an unknown argument is refused', async () => {
    expect((await plan(['--all'])).status).toBe(2);
    expect((await plan(['more'])).status).toBe(2);
  });
});

describe('with a pool', () => {
  let devise: TestDatabase;
  let usher: Awaited<ReturnType<typeof startUsher>>;
  beforeAll(async () => {
    devise = await createDeviseDatabase();
    usher = await startUsher({ database: devise });
  });
  afterAll(() => usher.close());

  it('checks its schema and changes no row', async () => {
    const checksum = async () =>
      devise.sql(`SELECT md5(string_agg(users::text, ',' ORDER BY id)) AS sum FROM users`);
    const before = await checksum();
    const { status, out, err } = await runCommand(['migration', 'plan', '--json'], usher.variables);
    const answer = JSON.parse(out) as Plan;
    expect(status).toBe(3);
    expect(err).not.toContain('not checked');
    expect(answer.findings.filter(({ rows }) => rows === null)).toEqual([]);
    const [row] = await devise.sql<{ people: number }>('SELECT count(*)::int AS people FROM users');
    expect(answer.rows).toBe(row?.people);
    expect(await checksum()).toEqual(before);
  });
});

describe('a read-only source', () => {
  let source: Awaited<ReturnType<typeof startPostgresSource>>;
  beforeAll(async () => {
    source = await startPostgresSource();
    await source.create({
      name: 'people',
      columns: { id: 'bigint', mail: 'text?', password: 'text?', blocked: 'boolean', seen_at: 'timestamp?' },
      rows: [
        ['1', 'a@example.com', hash, 'false', '2026-10-05'],
        ['2', 'B@example.com', hash, 'true', null],
        ['3', 'c@example.com', '0'.repeat(32), 'false', null],
        ['4', 'nobody', hash, 'false', null],
      ],
    });
  });
  afterAll(() => source.close());

  const planOf = async (argv: string[], changes: object = {}) => {
    const file = join(folder, 'people.json');
    const columns = {
      id: 'id',
      email: 'mail',
      hash: 'password',
      blocked: ['blocked'],
      last_sign_in_at: 'seen_at',
    };
    writeFileSync(
      file,
      JSON.stringify({ table: 'people', columns, hash: { scheme: 'hex_md5' }, ...changes }),
    );
    const variables = { DATABASE_URL: undefined, LEGACY_SOURCE: file, LEGACY_DATABASE_URL: source.url };
    return plan(argv, { ...variables, PASSWORD_PEPPERS: 'a-pepper' });
  };

  it('is judged with the hash settings of its file, and without DATABASE_URL', async () => {
    const before = await source.state();
    const { status, out } = await planOf(['--json']);
    expect(status).toBe(3);
    const answer = JSON.parse(out) as Plan;
    expect(answer.source).toMatchObject({ mode: 'read-only', name: join(folder, 'people.json') });
    expect(answer.rows).toBe(4);
    expect(answer.ways).toEqual([
      { way: 'sign_in', format: 'bcrypt_2a', rows: 1 },
      { way: 'sign_in', format: 'hex_md5', rows: 1 },
      { way: 'blocked', format: 'bcrypt_2a', rows: 2 },
    ]);
    expect(found(answer)).toEqual({ address_invalid: ['4'], blocked: ['2'] });
    expect(answer.activity).toEqual([
      { month: '2026-10', rows: 1 },
      { month: null, rows: 3 },
    ]);
    expect(await source.state()).toEqual(before);
  });

  it('has no peppers if the file says so', async () => {
    const { out } = await planOf(['--json'], { hash: { peppers: 'none' } });
    const { ways } = JSON.parse(out) as Plan;
    expect(ways).toContainEqual({ way: 'import', format: 'bcrypt_2a', rows: 1 });
    expect(ways).toContainEqual({ way: 'reset', format: 'unknown', rows: 1 });
  });

  it('is named without its password', async () => {
    const { out } = await planOf([]);
    expect(out).toMatch(/^4 legacy users of the source people in postgres:\/\/127\.0\.0\.1:\d+\/\w+\.\n/);
    expect(out).not.toContain(source.secret);
  });

  it('that cannot be used is one line', async () => {
    const { status, out, err } = await planOf([], { table: 'nowhere' });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/there is no table or view nowhere that this account can read\n$/);
  });
});
