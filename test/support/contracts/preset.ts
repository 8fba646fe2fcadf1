import { expect } from '@jest/globals';
import type { LegacyUser } from '../../../src/legacy/legacy-source.js';
import {
  createdAt,
  type Dialect,
  type FrameworkRow,
  type FrameworkTable,
  type FrameworkUser,
  insertion,
  lastSignInAt,
} from '../builders/framework-tables.js';
import { type FrameworkDump, usersOf } from '../builders/framework-dumps.js';
import { labelledVectors, moreVectors, vectorsOfFrameworks } from '../builders/hash-vectors.js';
import type { SourceWorld } from './legacy-source.js';
import { verifyPassword } from '#password-hashes';

const vectors = [...vectorsOfFrameworks, ...moreVectors, ...labelledVectors];

/** A legacy database that the framework itself fills. */
export interface PresetWorld extends SourceWorld {
  dialect: Dialect;
  run(sql: string, values?: unknown[]): Promise<unknown>;
}

export async function insertRows(world: PresetWorld, rows: FrameworkRow[]): Promise<void> {
  for (const row of rows) {
    const { sql, values } = insertion(row, world.dialect);
    await world.run(sql, values);
  }
}

const all = ['firstName', 'lastName', 'createdAt', 'lastSignInAt'] as const;
const expected = { firstName: 'Ada', lastName: 'Lovelace', createdAt, lastSignInAt };

/** Users of every state, right and wrong passwords, addresses with capitals, users without a password, and duplicates. */
export async function readsPeople(table: FrameworkTable, world: PresetWorld): Promise<void> {
  const { preset, formats, states } = table;
  let count = 0;
  const insert = (user: FrameworkUser) => insertRows(world, table.rowsOf(user, ++count));
  const people = states.flatMap((state) =>
    formats.map((format) => {
      const vector = vectors.find((one) => one.format === format && one.password !== null);
      return {
        state,
        format,
        email: `${state.replace(' ', '-')}.${format}@example.com`.toLowerCase(),
        vector,
      };
    }),
  );
  for (const { state, email, vector } of people)
    await insert({ state, email, hash: vector?.hash ?? 'no vector' });
  const [hash = ''] = people.flatMap(({ vector }) => vector?.hash ?? []);
  await insert({ state: 'ok', email: 'Ada.Capital@Example.COM', hash });
  await insert({ state: 'ok', email: 'no-password@example.com', hash: null });
  const twins =
    table.twins === 'none' || (table.twins === 'by case' && world.dialect === 'mariadb')
      ? []
      : ['twin@example.com', table.twins === 'exact' ? 'twin@example.com' : 'Twin@example.com'];
  for (const email of twins) await insert({ state: 'ok', email, hash });

  const before = await world.state();
  const source = await world.open({ preset }, { unlockInSeconds: 3600 });
  try {
    const { users } = await source.scan(undefined, 1000);
    const idsOf = (email: string) =>
      users.filter((user) => user.email?.toLowerCase() === email.toLowerCase()).map(({ id }) => id);
    const find = async (email: string) => (await source.find(email, idsOf(email))).user;

    for (const { state, format, email, vector } of people) {
      expect([format, vector]).toEqual([format, expect.anything()]);
      for (const typed of [email, email.toUpperCase()])
        expect([typed, (await source.find(typed, [])).rows]).toEqual([typed, 1]);
      const user = await find(email);
      expect([state, format, stateOf(user)]).toEqual([state, format, stateOf(state)]);
      expect(Object.fromEntries(all.map((key) => [key, user?.[key]]))).toEqual(
        Object.fromEntries(all.map((key) => [key, table.reads.includes(key) ? expected[key] : null])),
      );
      const stored = user?.passwordHash ?? '';
      expect(stored).toContain(vector?.hash);
      // The hash of a format is the same in each state, and its check may be costly.
      if (state !== 'ok') continue;
      const pepper = vector?.options.pepper;
      const options = pepper === undefined ? {} : { peppers: [String(pepper)] };
      expect(await verifyPassword(vector?.password ?? '', stored, options)).toMatch(/^match/);
      expect(await verifyPassword(vector?.wrong_password ?? '', stored, options)).toBe('mismatch');
    }

    for (const typed of ['Ada.Capital@Example.COM', 'ada.capital@example.com'])
      expect((await find(typed))?.passwordHash).toContain(hash);
    const withoutPassword = await find('no-password@example.com');
    expect(withoutPassword).toBeDefined();
    for (const password of ['', 'password'])
      expect(await verifyPassword(password, withoutPassword?.passwordHash ?? '', {})).not.toMatch(/^match/);
    if (twins.length > 0)
      expect(await source.find('twin@example.com', idsOf('twin@example.com'))).toEqual({
        rows: 2,
        user: undefined,
      });
    expect(users.filter(({ email }) => (email ?? '') !== '')).toHaveLength(people.length + 2 + twins.length);
    expect(await world.state()).toEqual(before);
  } finally {
    await source.close();
  }
}

/** The users of a dump, by the addresses and passwords with which the framework was asked to store them. */
export async function readsDump(dump: FrameworkDump, world: PresetWorld): Promise<void> {
  const people = usersOf(dump.framework, world.dialect);
  const before = await world.state();
  const source = await world.open({ preset: dump.preset }, { unlockInSeconds: 3600 });
  try {
    const { users } = await source.scan(undefined, 1000);
    const addressOf = ({ email }: { email: string | null }) => email?.toLowerCase() ?? '';
    expect(users.map(addressOf).filter(Boolean).sort()).toEqual(people.map(addressOf).sort());
    for (const [index, person] of people.entries()) {
      const address = addressOf(person);
      const ids = users.filter((user) => addressOf(user) === address).map(({ id }) => id);
      for (const typed of [person.email, address, address.toUpperCase()])
        expect([typed, (await source.find(typed, ids)).rows]).toEqual([typed, ids.length]);
      const { user } = await source.find(person.email, ids);
      if (ids.length > 1) {
        expect(user).toBeUndefined();
        continue;
      }
      expect([address, stateOf(user)]).toEqual([address, stateOf(person.state)]);
      const wrong = index === 0 ? [`${person.password}!`] : [];
      await checksPassword(address, person.password, wrong, user?.passwordHash ?? '');
    }
    const { user: ada } = await source.find('ada@example.com', []);
    expect([ada?.firstName, ada?.lastName]).toEqual(dump.names);
    expect(ada?.createdAt?.toISOString()).toMatch(/^2026-/);
    expect(await world.state()).toEqual(before);
  } finally {
    await source.close();
  }
}

async function checksPassword(address: string, right: string | null, wrong: string[], stored: string) {
  const accepted = [];
  for (const typed of [...(right === null ? ['', 'password', '!'] : [right]), ...wrong])
    if ((await verifyPassword(typed, stored, {})).startsWith('match')) accepted.push(typed);
  expect([address, accepted]).toEqual([address, right === null ? [] : [right]]);
}

function stateOf(seen: LegacyUser | FrameworkUser['state'] | undefined) {
  if (typeof seen === 'string')
    return { verified: seen !== 'unverified', blocked: seen === 'blocked', locked: seen === 'locked' };
  return {
    verified: seen?.verified,
    blocked: seen?.blocked,
    locked: (seen?.lockedUntil?.getTime() ?? 0) > Date.now(),
  };
}
