import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { presets } from './presets/presets.js';
import { SourceError } from './legacy-source.js';
import { parseSource, readSourceFile } from './source-file.js';
import { sourceSchema } from './source-schema.js';

const columns = { id: 'id', email: 'email', hash: 'password' };
const minimal = { table: 'people', columns };

/** The example of the documentation, in all its forms. */
const complete = {
  preset: 'django',
  table: 'accounts.auth_user',
  join: [{ table: 'account_emailaddress', as: 'address', on: { user_id: 'id' }, where: { primary: true } }],
  where: { is_staff: false, team: null, size: 3, kind: 'human' },
  columns: {
    ...columns,
    hash: { concat: ['algo', '$', 'salt', '$', 'digest'] },
    verified: { equals: ['email_verified', true] },
    blocked: [{ not: 'is_active' }, { present: 'deleted_at' }, 'banned'],
    locked_until: null,
    first_name: 'first_name',
    last_name: null,
    created_at: 'date_joined',
    last_sign_in_at: 'last_login',
    attributes: { locale: 'language' },
  },
  hash: { scheme: 'auto', peppers: 'env' },
  identifier: { on_duplicate: 'last_signed_in' },
};

const change = (more: object) => ({ ...minimal, ...more });
const column = (more: object) => change({ columns: { ...columns, ...more } });
const conditionText =
  'must be true, false, the name of a boolean column, { present: column }, { not: column } or { equals: [column, value] }, or a list of these';

const accepted: [string, unknown][] = [
  ['the least', minimal],
  ['everything', complete],
  ['only a preset', { preset: 'devise' }],
  ['a quoted table', change({ table: '"my.schema"."Users"' })],
  ['a prefix of hashes', column({ hash: { column: 'password', strip_prefix: '{bcrypt}' } })],
  ['Devise’s lock', column({ locked_until: { locked_at: 'locked_at' } })],
  ['verified: true', column({ verified: true })],
];

/** What the schema refuses, with the problem that the command reports. */
const refused: [string, unknown, string][] = [
  ['a text', 'people', 'the file must be keys and values'],
  ['nothing', null, 'the file must be keys and values'],
  ['a list', [minimal], 'the file must be keys and values'],
  ['an unknown key', change({ tabel: 'x' }), 'tabel is not a known key'],
  ['an unknown column key', column({ emial: 'x' }), 'columns.emial is not a known key'],
  [
    'a number as column',
    column({ email: 5 }),
    'columns.email must be the name of a column, such as email or address.email',
  ],
  ['an unknown preset', { preset: 'rails' }, `preset must be one of ${Object.keys(presets).join(', ')}`],
  ['a number as table', change({ table: 5 }), 'table must be table or schema.table'],
  ['SQL as table', change({ table: 'a; DROP TABLE b"' }), 'table must be table or schema.table'],
  ['three parts of a table', change({ table: 'a.b.c' }), 'table must be table or schema.table'],
  ['SQL in "where"', change({ where: 'a = 1' }), 'where must be columns with the values that rows must have'],
  [
    'a list in "where"',
    change({ where: { a: [1, 2] } }),
    'where.a must be a text, a number, true, false or null',
  ],
  ['an odd condition', column({ blocked: { is: 'x' } }), `columns.blocked ${conditionText}`],
  ['a number as condition', column({ verified: 1 }), `columns.verified ${conditionText}`],
  ['equals with one item', column({ verified: { equals: ['x'] } }), `columns.verified ${conditionText}`],
  [
    'two conditions in one',
    column({ verified: { not: 'x', present: 'y' } }),
    `columns.verified ${conditionText}`,
  ],
  [
    'an empty concat',
    column({ hash: { concat: [] } }),
    'columns.hash must be the name of a column, { concat: [columns and texts] } or { column, strip_prefix }',
  ],
  [
    'an odd lock',
    column({ locked_until: true }),
    'columns.locked_until must be the name of a column, { locked_at: column } or null',
  ],
  [
    'null as id',
    column({ id: null }),
    'columns.id must be the name of a column, such as email or address.email',
  ],
  [
    'an unknown scheme',
    change({ hash: { scheme: 'md4' } }),
    'hash.scheme must be one of auto, hex_md5, hex_sha1, hex_sha256, hex_sha512',
  ],
  ['a pepper in the file', change({ hash: { peppers: 'hunter2' } }), 'hash.peppers must be env or none'],
  [
    'an odd rule',
    change({ identifier: { on_duplicate: 'first' } }),
    'identifier.on_duplicate must be one of refuse, newest, last_signed_in',
  ],
  ['a join without "on"', change({ join: [{ table: 'a', as: 'a' }] }), 'join.0.on is missing'],
  [
    'an odd alias',
    change({ join: [{ table: 'a', as: 'a b', on: { x: 'y' } }] }),
    'join.0.as must be a name of letters, digits and _',
  ],
  ...['email_verified', 'id', 'success', 'authentication_hash', '__proto__', 'a b', ''].map(
    (name): [string, unknown, string] => [
      `the attribute ${JSON.stringify(name)}`,
      column({ attributes: JSON.parse(`{${JSON.stringify(name)}: "x"}`) as object }),
      `columns.attributes.${name} must be a name of letters, digits and _ that the answer of /aws/auth does not use already`,
    ],
  ),
];

/** What a schema cannot say. */
const contradictory: [string, unknown, string[]][] = [
  ['no table', { columns }, ['table is missing']],
  [
    'no columns',
    { table: 'x' },
    ['columns.id is missing', 'columns.email is missing', 'columns.hash is missing'],
  ],
  [
    'one alias twice',
    change({ join: ['a', 'b'].map((table) => ({ table, as: 'x', on: { c: 'd' } })) }),
    ['join has two tables as x'],
  ],
  [
    'a rule without its column',
    change({ identifier: { on_duplicate: 'newest' } }),
    ['identifier.on_duplicate is newest, which needs columns.created_at'],
  ],
];

const problemsOf = async (promise: Promise<unknown>) => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof SourceError ? error.problems : error;
};

describe('the JSON Schema', () => {
  let published: object;
  beforeAll(async () => {
    published = JSON.parse(await readFile('docs/usher.source.schema.json', 'utf8')) as object;
  });

  it('is published as it is used', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(sourceSchema)));
  });

  it('accepts and refuses what the validator does', async () => {
    const validate = new Ajv2020({ strict: false }).compile(published);
    for (const [name, file] of accepted) expect([name, validate(file)]).toEqual([name, true]);
    for (const [name, file] of refused) expect([name, validate(file)]).toEqual([name, false]);
    for (const [, file] of accepted) await parseSource(file, 'f');
  });
});

describe('parseSource', () => {
  it.each(refused)('refuses %s in one line with its path', async (_name, file, problem) => {
    expect(await problemsOf(parseSource(file, 'f.yaml'))).toEqual([`f.yaml: ${problem}`]);
  });

  it.each(contradictory)('refuses %s', async (_name, file, problems) => {
    expect(await problemsOf(parseSource(file, 'f.yaml'))).toEqual(
      problems.map((problem) => `f.yaml: ${problem}`),
    );
  });

  it('reports every problem', async () => {
    const file = { table: 5, columns: { ...columns, emial: 'x', verified: 3 } };
    expect(await problemsOf(parseSource(file, 'f'))).toHaveLength(3);
  });

  it('adds what a preset says', async () => {
    const parsed = await parseSource({ preset: 'django', columns: { email: 'address' } }, 'f');
    expect(parsed).toMatchObject({
      name: 'django',
      table: 'auth_user',
      columns: { id: 'id', email: 'address', hash: 'password', blocked: [{ not: 'is_active' }] },
      hash: { scheme: 'auto', peppers: 'env' },
      identifier: { on_duplicate: 'refuse' },
    });
  });

  it('needs no table for CSV, and takes no joins', async () => {
    await parseSource({ columns }, 'f', false);
    const file = { columns, join: [{ table: 'a', as: 'a', on: { b: 'c' } }] };
    expect(await problemsOf(parseSource(file, 'f', false))).toEqual([
      'f: join is not possible for a CSV file',
    ]);
  });
});

describe('readSourceFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-source-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const read = async (text: string) => {
    const path = join(folder, 'usher.source.yaml');
    await writeFile(path, text);
    return readSourceFile(path);
  };

  it('reads YAML and JSON', async () => {
    const yaml = `
# people
table: people
columns: { id: id, email: email, hash: { concat: [algo, "$", salt] }, verified: true }
`;
    const json = {
      table: 'people',
      columns: { id: 'id', email: 'email', hash: { concat: ['algo', '$', 'salt'] }, verified: true },
    };
    const { name: _yaml, ...fromYaml } = await read(yaml);
    const { name: _json, ...fromJson } = await read(JSON.stringify(json));
    expect(fromYaml).toEqual(fromJson);
    expect(fromYaml.columns).toEqual(json.columns);
  });

  it.each([
    ['table: [', /: line \d+ is neither YAML nor JSON: /],
    ['table: a\ntable: b', /: line \d+ is neither YAML nor JSON: Map keys must be unique/],
    ['a: &a [x]\nb: [*a, *a, *c]', /neither YAML nor JSON|too many aliases/],
    [
      `a: &a [1,1,1,1]\nb: &b [*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]`,
      /too many aliases/,
    ],
    ['', /the file must be keys and values/],
    ['# '.padEnd(1_000_001, 'x'), /larger than 1 MB/],
  ])('refuses %j in one line', async (text, problem) => {
    const problems = (await problemsOf(read(text))) as string[];
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).not.toContain('\n');
  });

  it('takes the name of a preset, and names all of them for anything else', async () => {
    for (const name of Object.keys(presets)) expect((await readSourceFile(name)).name).toBe(name);
    expect(await problemsOf(readSourceFile('rails'))).toEqual([
      `LEGACY_SOURCE: rails is neither a file nor a preset (${Object.keys(presets).join(', ')})`,
    ]);
    expect(await problemsOf(readSourceFile(folder))).toEqual([
      `LEGACY_SOURCE: ${folder} cannot be read (EISDIR)`,
    ]);
  });
});
