import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { runCommand } from '../support/drivers/command.js';
import { startPostgresSource } from '../support/drivers/legacy-postgres.js';

const password = 'pä$$ word 1';
const hash = bcrypt.hashSync(password, 4);
const peppered = bcrypt.hashSync(`${password}a-pepper`, 4);
const md5 = '5f4dcc3b5aa765d61d8327deb882cf99';

let source: Awaited<ReturnType<typeof startPostgresSource>>;
let folder: string;
let variables: Record<string, string>;

const columns = {
  id: 'id',
  email: 'email',
  hash: 'password',
  blocked: ['blocked'],
  locked_until: 'locked_until',
};

const write = async (name: string, changes: object) => {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ table: 'people', columns, ...changes }));
  return path;
};

beforeAll(async () => {
  source = await startPostgresSource();
  const people = [
    ['1', 'ada@example.com', hash, 'true', 'false', null],
    ['2', 'Bob@Example.com', 'plain-secret-text', 'false', 'false', null],
    ['3', null, null, 'true', 'false', null],
    ['4', 'blocked@example.com', hash, 'true', 'true', null],
    ['5', 'locked@example.com', hash, 'true', 'false', '2999-01-01'],
    ['6', 'twice@example.com', hash, 'true', 'false', null],
    ['7', 'twice@example.com', hash, 'true', 'false', null],
    ['8', 'none@example.com', '', 'true', 'false', null],
    ['9', 'cut@example.com', hash.slice(0, 40), 'true', 'false', null],
    ['10', 'unverified@example.com', hash, 'false', 'false', null],
    ['11', 'peppered@example.com', peppered, 'true', 'false', null],
    ['12', 'md5@example.com', md5, 'true', 'false', null],
  ];
  await source.create({
    name: 'people',
    columns: {
      ...{ id: 'bigint', email: 'text?', password: 'text?', verified: 'boolean', blocked: 'boolean' },
      locked_until: 'timestamp?',
    },
    rows: people,
  });
  folder = await mkdtemp(join(tmpdir(), 'usher-check-'));
  variables = { LEGACY_SOURCE: await write('people.json', {}), LEGACY_DATABASE_URL: source.url };
});
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true });
});

const check = (argv: string[] = [], changes: Record<string, string | undefined> = {}, typed?: string) =>
  runCommand(['source', 'check', ...argv], { ...variables, ...changes }, typed);

/** What `--try` says. */
const tryOut = async (email: string, changes = {}, typed: string | undefined = password) => {
  const { status, out, err } = await check(['--try', email, '--json'], changes, typed);
  const answer = JSON.parse(out) as { try: { email: string; matches: boolean; reason: string | null } };
  expect(answer.try.email).toBe(email);
  expect(err).toMatch(answer.try.matches ? /^$/ : /^No: .+\.\n$/);
  expect(status).toBe(answer.try.matches ? 0 : 1);
  return answer.try.matches ? 'yes' : answer.try.reason;
};

describe('usher source check', () => {
  it('shows masked rows, formats and states', async () => {
    const { status, out, err } = await check();
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('everyone counts as verified');
    expect(out).toMatch(/\n {2}id 1, a…@e…, bcrypt_2b, verified\n {2}id 2, B…@E…, unknown, verified\n/);
    expect(out).toMatch(/\n {2}id 3, no address, no password, verified\n\n/);
    expect(out).toMatch(/\n {3}7 {2}bcrypt_2b\n/);
    expect(out).toMatch(/\n {3}1 {2}bcrypt_2b, damaged: no password can match\n/);
    expect(out).toMatch(/\n {3}2 {2}unknown: no password can be checked\n/);
    expect(out).toContain('Of them 1 blocked and 1 locked.');
    for (const secret of [hash.slice(0, 12), 'plain-secret', source.secret, 'ada@', 'xample'])
      expect(out).not.toContain(secret);
  });

  it('prints the documented members as JSON', async () => {
    const file = await write('verified.json', { columns: { ...columns, verified: 'verified' } });
    const { out } = await check(['--json'], { LEGACY_SOURCE: file });
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(answer)).toEqual(['source', 'location', 'rows', 'formats', 'verified']);
    expect(answer).toMatchObject({ source: file, verified: true });
    expect(answer.rows).toHaveLength(3);
    expect(answer.formats).toEqual(
      expect.arrayContaining([
        { format: 'bcrypt_2b', rows: 7, verifiable: true },
        { format: 'bcrypt_2b', rows: 1, verifiable: false },
        { format: 'unknown', rows: 2, verifiable: false },
        { format: null, rows: 2, verifiable: false },
      ]),
    );
    expect(answer.formats).toHaveLength(4);
  });

  it('reads DATABASE_URL if LEGACY_DATABASE_URL is not set', async () => {
    const { status } = await check([], { LEGACY_DATABASE_URL: undefined, DATABASE_URL: source.url });
    expect(status).toBe(0);
  });

  it.each([
    ['ada@example.com', 'yes'],
    ['Ada@Example.com', 'yes'],
    ['nobody@example.com', 'no_such_address'],
    ['twice@example.com', 'several_rows'],
    ['blocked@example.com', 'blocked'],
    ['locked@example.com', 'locked'],
    ['none@example.com', 'no_hash'],
    ['cut@example.com', 'unknown_format'],
    ['Bob@Example.com', 'unknown_format'],
    ['peppered@example.com', 'wrong_password'],
  ])('--try %s says %s', async (email, said) => {
    expect(await tryOut(email)).toBe(said);
  });

  it('says no for another password, and for an address that is not verified', async () => {
    expect(await tryOut('ada@example.com', {}, 'pa$$ word 1')).toBe('wrong_password');
    const file = await write('verified.json', { columns: { ...columns, verified: 'verified' } });
    expect(await tryOut('unverified@example.com', { LEGACY_SOURCE: file })).toBe('not_verified');
    expect(await tryOut('unverified@example.com')).toBe('yes');
  });

  it('checks with the peppers and the scheme of the API, or of the source file', async () => {
    expect(await tryOut('peppered@example.com', { PASSWORD_PEPPERS: 'newer,a-pepper' })).toBe('yes');
    const none = await write('no-peppers.json', { hash: { peppers: 'none' } });
    const settings = { PASSWORD_PEPPERS: 'a-pepper', LEGACY_SOURCE: none };
    expect(await tryOut('peppered@example.com', settings)).toBe('wrong_password');
    expect(await tryOut('ada@example.com', settings)).toBe('yes');
    expect(await tryOut('md5@example.com', { LEGACY_HASH_SCHEME: 'hex_md5' }, 'password')).toBe('yes');
    const file = await write('md5.json', { hash: { scheme: 'hex_md5' } });
    expect(await tryOut('md5@example.com', { LEGACY_SOURCE: file }, 'password')).toBe('yes');
  });

  it('reads one line of standard input in a process of its own', async () => {
    const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
    const child = spawn(process.execPath, [main, 'source', 'check', '--try', 'ada@example.com'], {
      env: { PATH: process.env.PATH, ...variables },
    });
    // The end of the input is not awaited.
    child.stdin.write(`${password}\nmore\n`);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ err, said: out.split('\n').at(-2) }).toEqual({
      err: '',
      said: 'Yes: the password of ada@example.com is right.',
    });
    child.stdin.destroy();
  });

  it('changes nothing at the source', async () => {
    const before = await source.state();
    await tryOut('ada@example.com');
    expect(await source.state()).toEqual(before);
  });
});

describe('wrong use', () => {
  it.each<[string, number, Record<string, string | undefined>, string]>([
    ['no source', 2, { LEGACY_SOURCE: undefined }, 'LEGACY_SOURCE is not set'],
    ['none', 2, { LEGACY_SOURCE: 'none' }, 'LEGACY_SOURCE is not set'],
    ['no URL', 2, { LEGACY_DATABASE_URL: undefined }, 'DATABASE_URL is missing'],
    ['a preset without its table', 2, { LEGACY_SOURCE: 'django' }, 'there is no table or view auth_user'],
    ['no server', 1, { LEGACY_DATABASE_URL: 'postgres://u:secret-pw@127.0.0.1:1/x' }, 'ECONNREFUSED'],
    ['no file', 2, { LEGACY_DATABASE_URL: 'csv:/nowhere.csv' }, 'the CSV file does not exist'],
  ])('%s is one line', async (_what, expected, changes, said) => {
    const { status, out, err } = await check([], changes);
    expect({ status, out }).toEqual({ status: expected, out: '' });
    expect(err).toContain(said);
    expect(err).not.toContain('secret-pw');
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('no password is one line', async () => {
    expect(await check(['--try', 'ada@example.com'])).toEqual({
      status: 2,
      out: '',
      err: 'There is no password on standard input.\n',
    });
    expect((await check(['--try'])).status).toBe(2);
  });
});
