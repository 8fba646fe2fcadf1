import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { SourceSync } from '../../../src/legacy/source-sync.js';
import { createDatabase } from '../drivers/database.js';
import { until } from '../drivers/until.js';
import { startUsher, type Usher } from '../drivers/usher.js';
import type { Cell, SourceWorld } from './legacy-source.js';

const password = 'pässwörd № 1';
const hash = bcrypt.hashSync(password, 4);

const columns = {
  ...{ id: 'integer', email: 'varchar(200)?', password: 'varchar(200)?', verified_at: 'timestamp?' },
  ...{ blocked_at: 'timestamp?', locked_until: 'timestamp?', first_name: 'varchar(200)?' },
};
const file = {
  table: 'people',
  columns: {
    ...{ id: 'id', email: 'email', hash: 'password', first_name: 'first_name' },
    ...{ verified: { present: 'verified_at' }, blocked: [{ present: 'blocked_at' }] },
    locked_until: 'locked_until',
  },
};

const then = '2020-01-01 00:00:00';
const later = '2037-01-01 00:00:00';
const people: Record<string, Cell[]> = {
  'ada@example.com': [hash, then, null, null, 'Ada'],
  'Capital@Example.com': [hash, then, null, null, null],
  'josé@example.com': [hash, then, null, null, 'José'],
  'blocked@example.com': [hash, then, then, null, null],
  'unverified@example.com': [hash, null, null, null, null],
  'locked@example.com': [hash, then, null, later, null],
  'unlocked@example.com': [hash, then, null, then, null],
  'no-hash@example.com': [null, then, null, null, null],
};
const shared = 'shared@example.com';
const refused = [
  ...['blocked@example.com', 'unverified@example.com', 'locked@example.com', 'no-hash@example.com'],
  shared,
];

/** People of a source of any kind sign in, and are refused, as from an adopted table. */
export function signsInFromSource(start: () => Promise<SourceWorld & { url: string }>): void {
  describe('sign-in from a read-only source', () => {
    let source: SourceWorld;
    let usher: Usher;
    let folder: string;

    beforeAll(async () => {
      const world = await start();
      source = world;
      const entries = [...Object.entries(people), [shared, people['ada@example.com']] as const];
      const rows = [...entries, [shared, people['ada@example.com']] as const].map(
        ([email, row], index): Cell[] => [index + 1, email, ...(row ?? [])],
      );
      await world.create({ name: 'people', columns, rows, indexes: ['email'] });
      folder = await mkdtemp(join(tmpdir(), 'usher-source-'));
      const path = join(folder, 'usher.source.json');
      const { table, ...rest } = file;
      await writeFile(path, JSON.stringify(world.isSql ? { table, ...rest } : rest));
      usher = await startUsher({
        database: await createDatabase(),
        environment: { LEGACY_SOURCE: path, LEGACY_DATABASE_URL: world.url },
      });
      await until(
        async () =>
          (await usher.database.sql('SELECT FROM usher.source_syncs WHERE completed_at IS NOT NULL')).length >
          0,
      );
    }, 120_000);
    afterAll(async () => {
      await usher.close();
      await source.close();
      await rm(folder, { recursive: true });
    });

    const codeOf = async (email: string, typed = password) => {
      const { status, body } = await usher.api.signIn(email, typed);
      return status === 200 ? 200 : body.code;
    };

    it.each(['ada@example.com', 'capital@example.com', 'josé@example.com', 'unlocked@example.com'])(
      'refuses a wrong password of %s and accepts the right one',
      async (email) => {
        expect([await codeOf(email, 'wrong'), await codeOf(email)]).toEqual([
          'auth.invalid_credentials',
          200,
        ]);
      },
    );

    it.each([...refused, 'jose@example.com', 'nobody@example.com'])('refuses %s', async (email) => {
      expect(await codeOf(email)).toBe('auth.invalid_credentials');
    });

    it('has no sign-up with the address of any of them', async () => {
      for (const email of refused) {
        const request = { access_token: usher.migrationToken, email };
        expect((await usher.api.post('/aws/auth', request)).body.sign_up_allowed).toBe(false);
      }
    });

    it('answers 503 while the source is away', async () => {
      await source.takeAway();
      try {
        expect([await codeOf('locked@example.com'), await codeOf('ada@example.com')]).toEqual([
          'legacy.unavailable',
          200,
        ]);
      } finally {
        await source.bringBack();
      }
      await until(async () => (await codeOf('locked@example.com')) === 'auth.invalid_credentials');
    });

    it('changes nothing at the source', async () => {
      const before = await source.state();
      await codeOf('ada@example.com');
      await codeOf('locked@example.com');
      await usher.app.get(SourceSync, { strict: false }).run({ full: true });
      expect(await source.state()).toEqual(before);
    });
  });
}
