import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAppError } from '../../../src/common/errors/app-error.js';
import { type LegacyUser, SourceError } from '../../../src/legacy/legacy-source.js';
import type { MappingOptions, ReadOnlySource } from '../../../src/legacy/mapping.js';
import { until } from '../drivers/until.js';

export type Cell = string | number | bigint | boolean | null;

/** A table as an application makes it. The first column is the key; a type with `?` allows NULL. */
export interface TestTable {
  name: string;
  columns: Record<string, string>;
  rows: Cell[][];
  /** Without it, the first column is no key. Default: true. */
  key?: boolean;
  /** Columns with an index that is not unique. */
  indexes?: string[];
}

/** A legacy database that tests control. */
export interface SourceWorld {
  /** Has tables that can be joined, and types that the source knows. */
  isSql: boolean;
  /** A missing file is a wrong setting, not an outage. */
  isFile?: boolean;
  create(table: TestTable): Promise<void>;
  /** @param file the content of a source file */
  open(file: object, options?: MappingOptions): Promise<ReadOnlySource>;
  /** Makes the source unreachable, and reachable again. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Makes reads wait; returns what ends it. */
  stall?(table: string): Promise<() => Promise<void>>;
  /** Everything that a write would change. */
  state(): Promise<unknown>;
  /** Must not appear in messages. */
  secret: string;
  close(): Promise<void>;
}

const people = { id: 'integer', email: 'text?', password: 'text?' };
const columns = { id: 'id', email: 'email', hash: 'password' };
const file = { table: 'people', columns };

/** The contract of every `LegacySource` that only reads. */
export function behavesAsLegacySource(start: () => Promise<SourceWorld>): void {
  describe('LegacySource contract', () => {
    let world: SourceWorld;
    let opened: ReadOnlySource[];

    beforeEach(async () => {
      world = await start();
      opened = [];
    });

    afterEach(async () => {
      for (const source of opened) await source.close();
      await world.close();
    });

    const open = async (written: object = file, unlockInSeconds?: number) => {
      const source = await world.open(written, { unlockInSeconds });
      opened.push(source);
      // Loading a driver may take longer than the deadline of a read.
      await source.prepare().catch(() => undefined);
      return source;
    };
    const ids = (users: readonly LegacyUser[]) => users.map(({ id }) => id);
    const all = async (source: ReadOnlySource, limit: number) => {
      const users: LegacyUser[] = [];
      for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
        const page = await source.scan(after, limit);
        users.push(...page.users);
        after = page.next;
      }
      return users;
    };
    /** The people of a table with these addresses, with ids from 1. */
    const createPeople = (...emails: (string | null)[]) =>
      world.create({
        name: 'people',
        columns: people,
        rows: emails.map((email, index) => [index + 1, email, `hash-${index + 1}`]),
      });
    const problemsOf = async (written: object) => {
      const error: unknown = await open(written)
        .then((source) => source.prepare())
        .catch((reason: unknown) => reason);
      if (!(error instanceof SourceError)) throw new Error(`no SourceError: ${inspect(error)}`);
      expect(inspect(error)).not.toContain(world.secret);
      for (const problem of error.problems) expect(problem).not.toContain('\n');
      return error.problems;
    };

    const expectAway = async (promise: Promise<unknown>) => {
      if (world.isFile) await expect(promise).rejects.toBeInstanceOf(SourceError);
      else await expectUnavailable(promise, world.secret);
    };

    it('finds a user by the address as typed and in lower case', async () => {
      await createPeople('ada@example.com', 'Bob@Example.com');
      const source = await open();
      expect(await source.find(' ADA@example.COM ', [])).toEqual({
        rows: 1,
        user: {
          id: '1',
          email: 'ada@example.com',
          passwordHash: 'hash-1',
          verified: true,
          blocked: false,
          lockedUntil: null,
          firstName: null,
          lastName: null,
          createdAt: null,
          lastSignInAt: null,
          attributes: {},
        },
      });
      expect((await source.find('Bob@Example.com', [])).user?.id).toBe('2');
      expect(await source.find('nobody@example.com', [])).toEqual({ rows: 0, user: undefined });
    });

    it('finds a user with capitals in the address by a known id, which must have that address', async () => {
      await createPeople('Bob@Example.com', 'eve@example.com', ' Dan@Example.com ');
      const source = await open();
      expect((await source.find('bob@example.com', ['1', '2'])).user?.id).toBe('1');
      expect((await source.find('dan@example.com', ['3'])).user?.id).toBe('3');
      for (const id of ['2', '99', '-1', 'x', '', '1.0', '99999999999999999999999', 'a\0b', '\ud800'])
        expect(await source.find('frank@example.com', [id])).toEqual({ rows: 0, user: undefined });
    });

    it('distinguishes letters with and without marks', async () => {
      await createPeople('jose@example.com', 'josé@example.com', 'jose\u0301.f@example.com');
      const source = await open();
      expect(await source.find('jose@example.com', ['2'])).toMatchObject({ rows: 1, user: { id: '1' } });
      expect(await source.find('JOSÉ@example.com', ['1'])).toMatchObject({ rows: 1, user: { id: '2' } });
      expect(await source.find('josé.f@example.com', [])).toMatchObject({ rows: 1, user: { id: '3' } });
    });

    it('answers for every text', async () => {
      await createPeople('ada@example.com', "o'hara@example.com");
      const source = await open();
      for (const text of [
        '',
        ' ',
        'a\0@example.com',
        '\ud800@example.com',
        '%',
        '_',
        "' OR 1=1 --",
        'x'.repeat(5000),
      ])
        expect(await source.find(text, [])).toEqual({ rows: 0, user: undefined });
      expect((await source.find("o'hara@example.com", [])).user?.id).toBe('2');
    });

    describe('an address of several rows', () => {
      const withTimes = {
        ...file,
        columns: {
          ...columns,
          blocked: { equals: ['state', 'banned'] },
          created_at: 'created',
          last_sign_in_at: 'seen',
        },
      };
      const duplicates = (...rows: [string, string, string | null, string | null][]) =>
        world.create({
          name: 'people',
          columns: { ...people, state: 'text?', created: 'timestamp?', seen: 'timestamp?' },
          rows: rows.map(([email, state, created, seen], index) => [
            index + 1,
            email,
            'hash',
            state,
            created,
            seen,
          ]),
        });
      const find = async (on_duplicate: string) => {
        const source = await open({ ...withTimes, identifier: { on_duplicate } });
        return source.find('ada@example.com', ['1', '2', '3']);
      };

      it('finds nobody, or whom on_duplicate chooses', async () => {
        await duplicates(
          ['ada@example.com', 'ok', '2020-01-01 00:00:00', '2024-01-01 00:00:00'],
          ['Ada@Example.com', 'ok', '2022-01-01 00:00:00', null],
          ['ada@example.com', 'ok', null, '2023-01-01 00:00:00'],
        );
        expect(await find('refuse')).toEqual({ rows: 3, user: undefined });
        expect(await find('newest')).toMatchObject({ rows: 3, user: { id: '2' } });
        expect(await find('last_signed_in')).toMatchObject({ rows: 3, user: { id: '1' } });
      });

      it('finds nobody if two rows are equally new', async () => {
        await duplicates(['ada@example.com', 'ok', null, null], ['ada@example.com', 'ok', null, null]);
        expect(await find('newest')).toEqual({ rows: 2, user: undefined });
      });

      it('finds the only live row, or else the only row', async () => {
        await duplicates(
          ['ada@example.com', 'banned', '2024-01-01 00:00:00', null],
          ['ada@example.com', 'ok', null, null],
          ['eve@example.com', 'banned', null, null],
        );
        expect(await find('refuse')).toMatchObject({ rows: 2, user: { id: '2', blocked: false } });
        const source = await open(withTimes);
        expect(await source.find('eve@example.com', [])).toMatchObject({
          rows: 1,
          user: { id: '3', blocked: true },
        });
      });

      it('finds nobody if all of them are blocked', async () => {
        await duplicates(
          ['ada@example.com', 'banned', null, null],
          ['ada@example.com', 'banned', null, null],
        );
        expect(await find('refuse')).toEqual({ rows: 2, user: undefined });
      });

      it('finds nobody among more than a hundred rows', async () => {
        await duplicates(
          ...Array.from({ length: 120 }, (_, i): [string, string, string, null] => [
            'ada@example.com',
            i === 0 ? 'ok' : 'banned',
            '2024-01-01 00:00:00',
            null,
          ]),
        );
        expect((await find('newest')).user).toBeUndefined();
      });
    });

    it.each<[string, object, [string, string, string]]>([
      ['true', { verified: true }, ['verified', 'verified', 'verified']],
      ['false', { verified: false }, ['', '', '']],
      ['a boolean', { verified: 'flag' }, ['verified', '', '']],
      ['not', { blocked: { not: 'flag' } }, ['verified', 'verified blocked', 'verified']],
      ['present', { verified: { present: 'at' } }, ['verified', '', '']],
      [
        'equals with a text',
        { blocked: { equals: ['state', 'b'] } },
        ['verified', 'verified blocked', 'verified'],
      ],
      ['equals with a boolean', { verified: { equals: ['flag', false] } }, ['', 'verified', '']],
      [
        'equals with a number',
        { blocked: { equals: ['number', 7] } },
        ['verified blocked', 'verified', 'verified'],
      ],
      [
        'equals with null',
        { blocked: { equals: ['state', null] } },
        ['verified', 'verified', 'verified blocked'],
      ],
      [
        'a list',
        { blocked: [{ equals: ['number', 7] }, { not: 'flag' }] },
        ['verified blocked', 'verified blocked', 'verified'],
      ],
      ['null', { verified: null, blocked: null, locked_until: null }, ['verified', 'verified', 'verified']],
    ])('reads a condition: %s', async (_name, condition, expected) => {
      await world.create({
        name: 'people',
        columns: { ...people, flag: 'boolean?', at: 'timestamp?', state: 'text?', number: 'integer?' },
        rows: [
          [1, 'a@example.com', 'h', true, '2024-01-01 00:00:00', 'a', 7],
          [2, 'b@example.com', 'h', false, null, 'b', 0],
          [3, 'c@example.com', 'h', null, null, null, null],
        ],
      });
      const { users } = await (
        await open({ ...file, columns: { ...columns, ...condition } })
      ).scan(undefined, 10);
      const words = users.map(({ verified, blocked }) =>
        [verified && 'verified', blocked && 'blocked'].filter(Boolean).join(' '),
      );
      expect(words).toEqual(expected);
    });

    it('reads instants of all types in UTC', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, a: 'timestamp?', b: 'timestamptz?', c: 'date?', d: 'integer?', e: 'text?' },
        rows: [
          [
            1,
            'a@example.com',
            'h',
            '2024-07-01 12:30:15.250',
            '2024-07-01 12:30:15.250',
            '2024-07-01',
            1719837015,
            '2024-07-01T14:30:15.25+02:00',
          ],
          [2, 'b@example.com', 'h', null, null, null, 0, ''],
          [3, 'c@example.com', 'h', '1969-12-31 23:59:59', null, null, -1, '1719837015250'],
        ],
      });
      const read = async (column: string) => {
        const source = await open({
          ...file,
          columns: { ...columns, created_at: column, last_sign_in_at: column, locked_until: column },
        });
        return (await source.scan(undefined, 10)).users.map(({ createdAt, lastSignInAt, lockedUntil }) => {
          expect([lastSignInAt, lockedUntil]).toEqual([createdAt, createdAt]);
          return createdAt?.toISOString() ?? null;
        });
      };
      const instant = '2024-07-01T12:30:15.250Z';
      expect(await read('a')).toEqual([instant, null, '1969-12-31T23:59:59.000Z']);
      expect(await read('b')).toEqual([instant, null, null]);
      expect(await read('c')).toEqual(['2024-07-01T00:00:00.000Z', null, null]);
      expect(await read('d')).toEqual(['2024-07-01T12:30:15.000Z', null, '1969-12-31T23:59:59.000Z']);
      expect(await read('e')).toEqual([instant, null, instant]);
    });

    it('locks for LEGACY_UNLOCK_IN after an instant, and without end for a lock that cannot be read', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, locked: 'timestamp?', odd: 'text?' },
        rows: [
          [1, 'a@example.com', 'h', '2024-07-01 12:00:00', 'yes'],
          [2, 'b@example.com', 'h', null, null],
        ],
      });
      const read = async (locked_until: unknown, unlockIn?: number) => {
        const source = await open({ ...file, columns: { ...columns, locked_until } }, unlockIn);
        return (await source.scan(undefined, 10)).users.map(
          ({ lockedUntil }) => lockedUntil?.getTime() ?? null,
        );
      };
      expect(await read({ locked_at: 'locked' }, 60)).toEqual([Date.UTC(2024, 6, 1, 12, 1), null]);
      expect(await read({ locked_at: 'locked' })).toEqual([8.64e15, null]);
      expect(await read('odd')).toEqual([8.64e15, null]);
    });

    it('joins parts of a hash, and removes a prefix', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, algorithm: 'text?', salt: 'text?' },
        rows: [
          [1, 'a@example.com', 'digest', 'sha1', 'salt'],
          [2, 'b@example.com', '{bcrypt}$2b$10$x', 'sha1', null],
          [3, 'c@example.com', null, null, null],
        ],
      });
      const read = async (hash: unknown) =>
        (await (await open({ ...file, columns: { ...columns, hash } })).scan(undefined, 10)).users.map(
          ({ passwordHash }) => passwordHash,
        );
      expect(await read({ concat: ['algorithm', '$', 'salt', '$', 'password'] })).toEqual([
        'sha1$salt$digest',
        null,
        null,
      ]);
      expect(await read({ column: 'password', strip_prefix: '{bcrypt}' })).toEqual([
        'digest',
        '$2b$10$x',
        null,
      ]);
    });

    it('reads names and attributes, and rows without an address', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, given: 'text?', family: 'text?', language: 'text?', number: 'integer?' },
        rows: [
          [1, null, null, 'Ада', 'Ловлас "A, B"', 'ru', 42],
          [2, 'b@example.com', 'h', null, null, null, null],
        ],
      });
      const source = await open({
        ...file,
        columns: {
          ...columns,
          first_name: 'given',
          last_name: 'family',
          attributes: { locale: 'language', shoe: 'number' },
        },
      });
      expect((await source.scan(undefined, 10)).users).toMatchObject([
        {
          id: '1',
          email: null,
          passwordHash: null,
          firstName: 'Ада',
          lastName: 'Ловлас "A, B"',
          attributes: { locale: 'ru', shoe: '42' },
        },
        { id: '2', firstName: null, lastName: null, attributes: {} },
      ]);
    });

    it('reads only the rows of "where"', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, staff: 'boolean?', team: 'integer?', state: 'text?' },
        rows: [
          [1, 'a@example.com', 'h', false, 1, null],
          [2, 'b@example.com', 'h', true, 1, null],
          [3, 'c@example.com', 'h', false, 2, null],
          [4, 'd@example.com', 'h', false, 1, "it's"],
        ],
      });
      const read = async (where: object) => ids(await all(await open({ ...file, where }), 2));
      expect(await read({ staff: false })).toEqual(['1', '3', '4']);
      expect(await read({ staff: false, team: 1 })).toEqual(['1', '4']);
      expect(await read({ state: null })).toEqual(['1', '2', '3']);
      expect(await read({ state: "it's" })).toEqual(['4']);
      const source = await open({ ...file, where: { staff: false } });
      expect(await source.find('b@example.com', ['2'])).toEqual({ rows: 0, user: undefined });
    });

    it.each<[string, string, Cell[]]>([
      ['integers', 'integer', [1, 2, 3, 10, 20]],
      [
        'integers above 2^53',
        'bigint',
        [1n, 9007199254740992n, 9007199254740993n, 9007199254740994n, 9223372036854775807n],
      ],
      [
        'UUIDs',
        'uuid',
        [
          '0a0a0a0a-0000-4000-8000-000000000001',
          '1b0a0a0a-0000-4000-8000-000000000002',
          'ff0a0a0a-0000-4000-8000-000000000003',
        ],
      ],
      ['texts', 'text', ['', '10', '2', 'B', 'a b', "it's", 'ключ', 'x'.repeat(255)]],
    ])('reads ids that are %s, in pages of any size', async (_name, type, keys) => {
      const usable = keys.filter((key) => world.isSql || key !== '');
      await world.create({
        name: 'people',
        columns: { ...people, id: type },
        // Not in their order.
        rows: [...usable].reverse().map((key) => [key, `p${String(key).slice(0, 20)}@example.com`, 'h']),
      });
      const source = await open();
      const expected = usable.map(String);
      const once = ids(await all(source, 100));
      expect([...once].sort()).toEqual([...expected].sort());
      for (const size of [1, 2, keys.length]) expect(ids(await all(source, size))).toEqual(once);
      for (const id of expected) {
        const email = `P${id.slice(0, 20)}@example.com`;
        if (/^P[\w-]+@/.test(email)) expect((await source.find(email, [id])).user?.id).toBe(id);
      }
    });

    it('refuses an id of more than 255 characters in a scan, and does not find it', async () => {
      await world.create({
        name: 'people',
        columns: { ...people, id: 'text' },
        rows: [['x'.repeat(256), 'a@example.com', 'h']],
      });
      const source = await open();
      await expect(source.scan(undefined, 10)).rejects.toBeInstanceOf(SourceError);
      expect(await source.find('a@example.com', [])).toEqual({ rows: 1, user: undefined });
    });

    it('does not read more than 4096 characters of a hash', async () => {
      await world.create({
        name: 'people',
        columns: people,
        rows: [
          [1, 'a@example.com', 'x'.repeat(10_000_000)],
          [2, 'b@example.com', 'h'],
        ],
      });
      const source = await open();
      const { users } = await source.scan(undefined, 10);
      expect(users.map(({ passwordHash }) => passwordHash?.length)).toEqual([4096, 1]);
      expect((await source.find('a@example.com', [])).user?.passwordHash).toHaveLength(4096);
    }, 120_000);

    it('names what does not fit, with its path in the file', async () => {
      await createPeople('a@example.com');
      expect(
        await problemsOf({
          ...file,
          where: { team: 1 },
          columns: { ...columns, hash: 'digest', blocked: [{ present: 'gone_at' }], attributes: { x: 'y' } },
        }),
      ).toEqual([
        expect.stringContaining('columns.hash: there is no column digest in '),
        expect.stringContaining('columns.blocked: there is no column gone_at in '),
        expect.stringContaining('columns.attributes.x: there is no column y in '),
        expect.stringContaining('where.team: there is no column team in '),
      ]);
    });

    it('refuses a column of ids that is no key', async () => {
      await world.create({
        name: 'people',
        key: false,
        columns: { ...people, id: 'integer?' },
        rows: [
          [1, 'a@example.com', 'h'],
          [1, 'b@example.com', 'h'],
        ],
      });
      expect(await problemsOf(file)).toEqual([expect.stringMatching(/^columns\.id: id is not a key of /)]);
    });

    it('takes ids that differ without being a key', async () => {
      await world.create({
        name: 'people',
        key: false,
        columns: { ...people, id: 'integer?' },
        rows: [
          [1, 'a@example.com', 'h'],
          [2, 'b@example.com', 'h'],
        ],
      });
      expect(ids(await all(await open(), 1))).toEqual(['1', '2']);
    });

    it('is unavailable while the source is away, and recovers', async () => {
      await createPeople('a@example.com');
      const source = await open();
      expect((await source.find('a@example.com', [])).rows).toBe(1);
      await world.takeAway();
      for (let tries = 0; tries < 8; tries++)
        await expectUnavailable(source.find('a@example.com', []), world.secret);
      await expectAway(source.scan(undefined, 10));
      await world.bringBack();
      await findsAgain(source);
    });

    it('starts while the source is away', async () => {
      await createPeople('a@example.com');
      await world.takeAway();
      const source = await open();
      await expectAway(source.prepare());
      await expectUnavailable(source.find('a@example.com', []), world.secret);
      await world.bringBack();
      await source.prepare();
      await findsAgain(source);
    });

    it('stops a slow read after a second', async () => {
      await createPeople('a@example.com');
      const source = await open();
      await source.prepare();
      const resume = await world.stall?.('people');
      if (!resume) return;
      const startedAt = performance.now();
      await expectUnavailable(source.find('a@example.com', []), world.secret);
      const tookMs = performance.now() - startedAt;
      await resume();
      expect(tookMs).toBeGreaterThan(900);
      await findsAgain(source);
    });

    it('changes nothing', async () => {
      await createPeople('a@example.com', 'B@example.com', null);
      const before = await world.state();
      const source = await open();
      await source.prepare();
      await source.find('a@example.com', ['1', '2']);
      await all(source, 1);
      expect(await world.state()).toEqual(before);
    });

    it('describes itself without the password', async () => {
      await createPeople('a@example.com');
      const source = await open({ ...file, hash: { scheme: 'hex_md5', peppers: 'none' } });
      expect(source.describe()).toMatchObject({
        mode: 'read-only',
        hash: { scheme: 'hex_md5', isPeppered: false },
      });
      expect(JSON.stringify(source.describe())).not.toContain(world.secret);
    });
  });

  describe('LegacySource contract with joined tables', () => {
    let world: SourceWorld;
    let source: ReadOnlySource | undefined;
    beforeEach(async () => {
      world = await start();
    });
    afterEach(async () => {
      await source?.close();
      source = undefined;
      await world.close();
    });

    const createTables = async () => {
      await world.create({
        name: 'people',
        columns: { id: 'integer', password: 'text?' },
        rows: [
          [1, 'h1'],
          [2, 'h2'],
          [3, 'h3'],
        ],
      });
      await world.create({
        name: 'addresses',
        columns: {
          number: 'integer',
          person: 'integer',
          address: 'text',
          main: 'boolean',
          verified: 'boolean',
        },
        indexes: ['person', 'address'],
        rows: [
          [1, 1, 'ada@example.com', true, true],
          [2, 1, 'second@example.com', false, true],
          [3, 2, 'bob@example.com', true, false],
          // Against the promise of one row a person.
          [4, 2, 'bob2@example.com', true, false],
        ],
      });
    };
    const join = { table: 'addresses', as: 'a', on: { person: 'id' }, where: { main: true } };
    const joined = {
      table: 'people',
      join: [join],
      columns: { id: 'id', email: 'a.address', hash: 'password', verified: 'a.verified' },
    };

    it('reads one row a person, with columns of the joined table', async () => {
      if (!world.isSql) return;
      await createTables();
      source = await world.open(joined);
      const { users } = await source.scan(undefined, 10);
      expect(users).toMatchObject([
        { id: '1', email: 'ada@example.com', verified: true },
        { id: '2', email: expect.stringContaining('bob'), verified: false },
        { id: '3', email: null, verified: false },
      ]);
      expect(await source.find('ada@example.com', [])).toMatchObject({ rows: 1, user: { id: '1' } });
      expect(await source.find('second@example.com', [])).toEqual({ rows: 0, user: undefined });
    });

    it('names joined tables and columns that are missing', async () => {
      if (!world.isSql) return;
      await createTables();
      const problems = async (change: object) => {
        const other = await world.open({ ...joined, join: [{ ...join, ...change }] });
        const error: unknown = await other.prepare().catch((reason: unknown) => reason);
        await other.close();
        return (error as SourceError).problems;
      };
      expect(await problems({ table: 'emails' })).toContainEqual(
        expect.stringMatching(/^join\.0\.table: there is no table or view emails /),
      );
      expect(await problems({ on: { user_id: 'uid' }, where: { primary: true } })).toEqual([
        'join.0.on.user_id: there is no column user_id in addresses',
        'join.0.on.user_id: there is no column uid in people',
        'join.0.where.primary: there is no column primary in addresses',
      ]);
    });
  });
}

/** A reader that starts again may take longer than a read of one person may. */
const findsAgain = (source: Pick<ReadOnlySource, 'find'>): Promise<void> =>
  until(async () => {
    try {
      return (await source.find('a@example.com', [])).rows === 1;
    } catch (error) {
      if (!isAppError(error, 'legacy.unavailable')) throw error;
      return false;
    }
  });

export async function expectUnavailable(promise: Promise<unknown>, secret: string): Promise<void> {
  const error: unknown = await promise.then(
    () => 'an answer',
    (reason: unknown) => reason,
  );
  if (!isAppError(error, 'legacy.unavailable')) throw new Error(`not unavailable: ${inspect(error)}`);
  expect(inspect(error)).not.toContain(secret);
}
