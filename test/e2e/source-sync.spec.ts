import { beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationProgressResponse } from '#contracts';
import { SourceSync } from '../../src/legacy/source-sync.js';
import { MigrationProgress } from '../../src/migration/migration-progress.js';
import { oldPassword, openSourceUsher } from '../support/drivers/source-usher.js';
import { until } from '../support/drivers/until.js';

const usher = openSourceUsher();

const sync = async (options = {}) => {
  let result: Awaited<ReturnType<SourceSync['run']>>;
  // The job of the start may be running.
  await until(
    async () => (result = await usher.app.get(SourceSync, { strict: false }).run(options)) !== undefined,
  );
  return result;
};
const progress = (): Promise<MigrationProgressResponse> =>
  usher.app
    .get(MigrationProgress, { strict: false })
    .read({ days: 1, inactiveAfter: 12, unmarkedScheme: undefined }, Infinity);
const state = async (email: string) =>
  (
    await usher.database.sql<{ skipped: string | null; format: string | null; hash: string }>(
      `SELECT usher_legacy_skipped AS skipped, usher_legacy_format AS format, encrypted_password AS hash
       FROM users WHERE email = $1 ORDER BY id`,
      [email],
    )
  ).map(({ skipped, format, hash }) => [skipped, format, hash]);
const signIn = async (email: string) => (await usher.api.signIn(email, oldPassword)).status;

/** Many people with one statement. */
const people = (count: number, domain: string) =>
  usher.source.database.sql(
    `INSERT INTO people (id, email, password, verified, blocked)
     SELECT 1000000 + n, 'p' || n || '@${domain}', '$2b$10$' || repeat('a', 53), true, false FROM generate_series(1, ${count}) AS n`,
  );

beforeEach(async () => {
  await usher.source.database.sql('TRUNCATE people');
  await sync({ yes: true });
  await usher.database.sql('DELETE FROM users');
});

describe('a sync', () => {
  it('copies people without their hashes, and counts them', async () => {
    await usher.person('Ada@Example.com', { seen_at: '2026-10-05' });
    await usher.person('blocked@example.com', { blocked: true });
    await usher.person('unverified@example.com', { verified: false });
    await usher.person(null);
    await usher.person('no-hash@example.com', { password: '' });
    expect(await sync()).toEqual({ rows: 5, gone: 0, blocked: 0, applied: true });
    expect(await state('ada@example.com')).toEqual([[null, '$2b$04$', '']]);
    const { people, left, states, formats, lastSignIn, verdict } = await progress();
    expect({ people, left }).toEqual({ people: 5, left: 2 });
    expect(states).toEqual(
      expect.arrayContaining([
        { state: 'legacy', reason: null, people: 2 },
        { state: 'skipped', reason: 'blocked', people: 1 },
        { state: 'skipped', reason: 'unconfirmed', people: 1 },
        { state: 'skipped', reason: 'no_password', people: 1 },
      ]),
    );
    expect(formats).toEqual([{ format: '$2b$04$', people: 2, supported: true }]);
    expect(lastSignIn).toContainEqual({ month: '2026-10', people: 1 });
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['people_left']);
  });

  it('lets people with capitals in their address sign in, and refuses those who share one', async () => {
    await usher.person('Ada@Example.com');
    await usher.person('Bob@Example.com');
    await usher.person('bob@example.com');
    await sync();
    expect([await signIn('ada@example.com'), await signIn('bob@example.com')]).toEqual([200, 401]);
  });

  it('changes nobody who has migrated, and writes nothing where nothing changed', async () => {
    const id = await usher.person('carl@example.com');
    await usher.person('bob@example.com');
    await sync();
    expect(await signIn('carl@example.com')).toBe(200);
    // Recorded after the response.
    await until(
      async () => (await usher.database.sql('SELECT FROM users WHERE sign_in_count = 1')).length > 0,
    );
    const all = () => usher.database.sql('SELECT xmin::text, * FROM users ORDER BY id');
    const before = await all();
    await usher.source.database.sql(`UPDATE people SET first_name = 'Other', blocked = true WHERE id = $1`, [
      id,
    ]);
    expect(await sync()).toEqual({ rows: 2, gone: 0, blocked: 0, applied: true });
    expect(await all()).toEqual(before);
  });

  it('marks who is gone or blocked, and takes it back', async () => {
    const gone = await usher.person('gone@example.com');
    const blocked = await usher.person('blocked@example.com');
    await sync();
    await usher.source.database.sql('UPDATE people SET blocked = true WHERE id = $1', [blocked]);
    await usher.source.database.sql('DELETE FROM people WHERE id = $1', [gone]);
    expect(await sync()).toEqual({ rows: 1, gone: 1, blocked: 1, applied: true });
    expect(await state('gone@example.com')).toEqual([['gone', '$2b$04$', '']]);
    expect(await state('blocked@example.com')).toEqual([['blocked', '$2b$04$', '']]);
    await usher.person('gone@example.com', { id: gone });
    await usher.source.database.sql('UPDATE people SET blocked = false');
    await sync();
    expect(await state('gone@example.com')).toEqual([[null, '$2b$04$', '']]);
    expect(await signIn('blocked@example.com')).toBe(200);
  });

  it('takes away no more than a tenth of the people without a decision', async () => {
    await people(100, 'example.org');
    await sync();
    await usher.source.database.sql('DELETE FROM people WHERE id <= 1000005');
    await usher.source.database.sql('UPDATE people SET blocked = true WHERE id <= 1000011');
    expect(await sync()).toEqual({ rows: 95, gone: 5, blocked: 6, applied: false });
    expect((await progress()).left).toBe(100);
    expect(await sync({ yes: true })).toEqual({ rows: 95, gone: 5, blocked: 6, applied: true });
    expect((await progress()).left).toBe(89);
  });

  it('continues an interrupted run', async () => {
    await people(2500, 'example.net');
    const pages: number[] = [];
    const onProgress = (rows: number) => {
      pages.push(rows);
      if (pages.length === 2) throw new Error('interrupted');
    };
    await expect(sync({ onProgress })).rejects.toThrow('interrupted');
    expect((await progress()).people).toBe(2000);
    pages.length = 0;
    expect(await sync({ onProgress: (rows: number) => pages.push(rows) })).toMatchObject({
      rows: 2500,
      gone: 0,
    });
    expect(pages).toEqual([2500]);
    await sync({ full: true, onProgress: (rows: number) => pages.push(rows) });
    expect(pages).toEqual([2500, 1000, 2000, 2500]);
    expect((await progress()).people).toBe(2500);
  });

  it('runs in one process at a time', async () => {
    const service = usher.app.get(SourceSync, { strict: false });
    await people(10, 'example.edu');
    const results: unknown[] = [];
    const onProgress = () => void service.run().then((result) => results.push(result));
    const first = await sync({ onProgress });
    await until(() => results.length === 1);
    expect([first?.rows, results]).toEqual([10, [undefined]]);
  });

  it('gives no verdict while the source was not read', async () => {
    await usher.database.sql('DELETE FROM usher.source_syncs');
    expect((await progress()).verdict).toMatchObject({
      canSwitchOff: false,
      reasons: [
        { code: 'nobody', people: 0 },
        { code: 'source_not_read', people: 0 },
      ],
    });
    await usher.source.takeAway();
    await expect(sync()).rejects.toMatchObject({ code: 'legacy.unavailable' });
    expect((await progress()).verdict.reasons.map(({ code }) => code)).toContain('source_not_read');
  });
});
