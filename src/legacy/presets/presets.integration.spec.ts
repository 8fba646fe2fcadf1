import { describe, expect, it } from '@jest/globals';
import { frameworkTables } from '../../../test/support/builders/framework-tables.js';
import {
  labelledVectors,
  moreVectors,
  vectorsOfFrameworks,
} from '../../../test/support/builders/hash-vectors.js';
import { startPostgresSource } from '../../../test/support/drivers/legacy-postgres.js';
import { verifyPassword } from '#password-hashes';
import { presets } from './presets.js';

const vectors = [...vectorsOfFrameworks, ...moreVectors, ...labelledVectors];

it('each preset has a table here', () => {
  expect(frameworkTables.map(({ preset }) => preset).sort()).toEqual(Object.keys(presets).sort());
});

describe.each(frameworkTables)('the preset $preset', (table) => {
  const { preset, formats, schema, states } = table;

  it('reads people of every state, whose passwords are verified, and changes nothing', async () => {
    const world = await startPostgresSource();
    const { database } = world;
    await database.sql(schema);
    await database.sql(`DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname IN ('public', 'auth') LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA %I TO PUBLIC', s, s); END LOOP; END $$`);
    const people = states.flatMap((state) =>
      formats.map((format) => {
        const vector = vectors.find((one) => one.format === format && one.password !== null);
        return { state, format, email: `${state}.${format}@Example.com`.toLowerCase(), vector };
      }),
    );
    for (const [index, { state, email, vector }] of people.entries()) {
      const { sql, values } = table.insert({ state, email, hash: vector?.hash ?? 'no vector' }, index + 1);
      await database.sql(sql, values);
    }
    const before = await world.state();
    const source = await world.open({ preset }, { unlockInSeconds: 3600 });
    for (const { state, format, email, vector } of people) {
      expect([format, vector]).toEqual([format, expect.anything()]);
      const { user, rows } = await source.find(email.toUpperCase(), []);
      expect(rows).toBe(1);
      expect({
        verified: user?.verified,
        blocked: user?.blocked,
        locked: user?.lockedUntil !== null,
      }).toEqual({
        verified: state !== 'unverified',
        blocked: state === 'blocked',
        locked: state === 'locked',
      });
      const stored = user?.passwordHash ?? '';
      const pepper = vector?.options.pepper;
      const options = pepper === undefined ? {} : { peppers: [String(pepper)] };
      expect(await verifyPassword(vector?.password ?? '', stored, options)).toMatch(/^match/);
      expect(await verifyPassword(vector?.wrong_password ?? '', stored, options)).toBe('mismatch');
    }
    const { users } = await source.scan(undefined, 100);
    expect(users.filter(({ email }) => (email ?? '') !== '')).toHaveLength(people.length);
    expect(await world.state()).toEqual(before);
    await source.close();
    await world.close();
  });
});
