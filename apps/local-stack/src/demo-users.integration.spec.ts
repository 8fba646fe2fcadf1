import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { verifyPassword } from '#password-hashes';
import { openSource } from '../../../src/legacy/open-source.js';
import { claimDemo, type DemoName, prepareDemoSource, prepareDemoUsers } from './demo-users.js';
import { LocalFolder } from './local-folder.js';
import { startPostgres, type Postgres } from './postgres/postgres.js';

describe('demo users', () => {
  let folder: string;
  let postgres: Postgres;
  let client: pg.Client;
  const now = new Date('2031-03-30T01:30:00.000Z');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-demo-'));
    postgres = await startPostgres({ dataDir: folder, durable: false });
    client = new pg.Client({ connectionString: await postgres.createDatabase('demo') });
    await client.connect();
    await client.query(`SET timezone = 'America/New_York'`);
  });

  afterAll(async () => {
    await client.end();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const locks = async () => {
    const { rows } = await client.query<{ at: string }>(
      `SELECT locked_at::text AS at FROM users WHERE locked_at IS NOT NULL ORDER BY id`,
    );
    return rows.map((row) => row.at);
  };

  it('are loaded with all times shifted by the same amount', async () => {
    await prepareDemoUsers(client, now, 'devise');
    // dave was locked seven seconds before the dump, erin two hours earlier; microseconds are kept.
    expect(await locks()).toEqual(['2031-03-30 01:29:52.542326', '2031-03-29 23:29:52.80647']);
    const { rows } = await client.query(`SELECT min(created_at)::text AS created FROM users`);
    expect(rows).toEqual([{ created: '2031-03-30 01:29:51.787126' }]);
  });

  it('are unchanged by a later start, except that locks are renewed', async () => {
    await client.query(`UPDATE users SET first_name = 'Augusta' WHERE id = 1`);
    await prepareDemoUsers(client, new Date('2031-03-31T12:00:00.250Z'), 'devise');
    const { rows } = await client.query(
      `SELECT count(*)::int, min(first_name) FILTER (WHERE id = 1) AS ada FROM users`,
    );
    expect(rows).toEqual([{ count: 29, ada: 'Augusta' }]);
    expect(await locks()).toEqual(['2031-03-31 12:00:00.25', '2031-03-29 23:29:52.80647']);
  });

  it('stay unlocked after an unlock', async () => {
    await client.query(`UPDATE users SET locked_at = NULL`);
    await prepareDemoUsers(client, now, 'devise');
    expect(await locks()).toEqual([]);
  });

  it('keep the id sequence of the Rails application', async () => {
    const { rows } = await client.query(`SELECT nextval('users_id_seq')::int AS next`);
    expect(rows).toEqual([{ next: 30 }]);
  });

  it('are listed with their password and the result of a sign-in', async () => {
    const users = await prepareDemoUsers(client, now, 'devise');
    expect(users).toHaveLength(29);
    expect(users[0]).toEqual({
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      note: 'signs in',
    });
    const refused = users.filter((user) => user.note.startsWith('refused')).map((user) => user.email);
    expect(refused).toEqual(['carol@example.com', 'dave@example.com', 'oauth@example.com']);
  });

  describe.each<[DemoName, number, string[]]>([
    ['django', 9, ['dave@example.com', 'oauth@example.com']],
    ['wordpress', 8, ['dave@example.com', 'dora@example.com', 'frank@example.com']],
    [
      'mixed',
      14,
      [
        'carol@example.com',
        'dave@example.com',
        'dora@example.com',
        'leo@example.com',
        'Twin@example.com',
        'twin@example.com',
        'oauth@example.com',
      ],
    ],
  ])('of %s', (demo, count, refused) => {
    it('sign in or are refused as their note says, and are loaded once', async () => {
      const url = await postgres.createDatabase(demo);
      const own = new pg.Client({ connectionString: url });
      const local = await LocalFolder.open(join(folder, demo), { fresh: false });
      const log = { error: jest.fn(), info: jest.fn(), warn: jest.fn() };
      await own.connect();
      try {
        const users = await prepareDemoUsers(own, now, demo);
        expect(await prepareDemoUsers(own, now, demo)).toEqual(users);
        expect(users).toHaveLength(count);
        const source = await openSource(
          { source: await prepareDemoSource(local, demo), databaseUrl: undefined },
          url,
          { unlockInSeconds: 3600 },
          log,
        );
        const { hash } = await source.prepare();
        const options = hash.scheme === 'auto' ? {} : { scheme: hash.scheme };
        const rows = (await source.scan(undefined, 100)).users;
        expect(rows.map(({ email }) => email).sort()).toEqual(users.map(({ email }) => email).sort());
        for (const { email, password, note } of users) {
          const ids = rows
            .filter((row) => row.email?.toLowerCase() === email.toLowerCase())
            .map(({ id }) => id);
          const { user } = await source.find(email, ids);
          const may =
            user !== undefined && user.verified && !user.blocked && (user.lockedUntil ?? now) <= now;
          const outcome = may ? await verifyPassword(password, user.passwordHash ?? '', options) : 'refused';
          const expected = refused.includes(email) ? 'refused: ' : 'signs in';
          expect([email, note, outcome]).toEqual([
            email,
            expect.stringMatching(new RegExp(`^${expected}`)),
            refused.includes(email) ? expect.not.stringMatching(/^match/) : expect.stringMatching(/^match/),
          ]);
        }
        await source.close();
        expect(log.warn).not.toHaveBeenCalled();
      } finally {
        local.close();
        await own.end();
      }
    });
  });

  it('stay those of the first start', async () => {
    const local = await LocalFolder.open(join(folder, 'claimed'), { fresh: false });
    try {
      await claimDemo(local, 'django');
      await claimDemo(local, 'django');
      await expect(claimDemo(local, 'mixed')).rejects.toMatchObject({
        message:
          '.local/ was made with --demo django, not mixed. Start with --demo django, or with --fresh to empty it first.',
        exitCode: 2,
      });
    } finally {
      local.close();
    }
  });

  it('are those of Devise in a folder of an earlier release', async () => {
    const local = await LocalFolder.open(join(folder, 'earlier'), { fresh: false });
    try {
      await mkdir(local.pathOf('postgres'));
      await expect(claimDemo(local, 'django')).rejects.toThrow('made with --demo devise');
      await claimDemo(local, 'devise');
    } finally {
      local.close();
    }
  });
});
