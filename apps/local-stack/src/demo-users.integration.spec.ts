import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { prepareDemoUsers } from './demo-users.js';
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
    await prepareDemoUsers(client, now);
    // dave was locked seven seconds before the dump, erin two hours earlier; microseconds are kept.
    expect(await locks()).toEqual(['2031-03-30 01:29:52.542326', '2031-03-29 23:29:52.80647']);
    const { rows } = await client.query(`SELECT min(created_at)::text AS created FROM users`);
    expect(rows).toEqual([{ created: '2031-03-30 01:29:51.787126' }]);
  });

  it('are unchanged by a later start, except that locks are renewed', async () => {
    await client.query(`UPDATE users SET first_name = 'Augusta' WHERE id = 1`);
    await prepareDemoUsers(client, new Date('2031-03-31T12:00:00.250Z'));
    const { rows } = await client.query(
      `SELECT count(*)::int, min(first_name) FILTER (WHERE id = 1) AS ada FROM users`,
    );
    expect(rows).toEqual([{ count: 29, ada: 'Augusta' }]);
    expect(await locks()).toEqual(['2031-03-31 12:00:00.25', '2031-03-29 23:29:52.80647']);
  });

  it('stay unlocked after an unlock', async () => {
    await client.query(`UPDATE users SET locked_at = NULL`);
    await prepareDemoUsers(client, now);
    expect(await locks()).toEqual([]);
  });

  it('keep the id sequence of the Rails application', async () => {
    const { rows } = await client.query(`SELECT nextval('users_id_seq')::int AS next`);
    expect(rows).toEqual([{ next: 30 }]);
  });

  it('are listed with their password and the result of a sign-in', async () => {
    const users = await prepareDemoUsers(client, now);
    expect(users).toHaveLength(29);
    expect(users[0]).toEqual({
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      note: 'signs in',
    });
    const refused = users.filter((user) => user.note.startsWith('refused')).map((user) => user.email);
    expect(refused).toEqual(['carol@example.com', 'dave@example.com', 'oauth@example.com']);
  });
});
