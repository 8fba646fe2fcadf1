import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase, openDatabase } from '../../test/support/drivers/database.js';
import { deletionsQueue } from '../admin/user-deletion.job.js';
import { Database } from '../common/database/database.js';
import { mailQueue } from '../mail/outbox.js';
import { passwordChangesQueue } from '../passwords/password-change.service.js';
import { mfaChangesQueue } from '../users/mfa-changes.repository.js';
import type { Lease, LeasedQueue } from './leased-queue.js';

const database = openDatabase(createDatabase);
let connection: Database;
beforeAll(async () => {
  connection = new Database(await database.migrate());
});

interface Item {
  id: string | number;
  tries: number;
}

interface Contract {
  queue: Pick<LeasedQueue<Item>, 'take' | 'recordError' | 'figures' | 'retry'>;
  table: string;
  key: string;
  /** Inserts $1 rows that are due. */
  insert: string;
}

const contracts: Contract[] = [
  {
    queue: mailQueue,
    table: 'outbox',
    key: 'id',
    insert: `INSERT INTO usher.outbox (id, mail, sealed) SELECT gen_random_uuid(), 'confirmation', 'sealed' FROM generate_series(1, $1)`,
  },
  {
    queue: deletionsQueue,
    table: 'erasures',
    key: 'user_id',
    insert: `
      WITH inserted AS (
        INSERT INTO users (email, created_at, updated_at)
        SELECT gen_random_uuid() || '@example.com', now(), now() FROM generate_series(1, $1) RETURNING id
      )
      INSERT INTO usher.erasures (user_id) SELECT id FROM inserted`,
  },
  {
    queue: mfaChangesQueue,
    table: 'mfa_changes',
    key: 'id',
    insert: `
      INSERT INTO usher.mfa_changes (id, action, user_id, actor_id, language, next_try_at)
      SELECT gen_random_uuid(), 'remove-mfa', 1, 1, 'en', now() FROM generate_series(1, $1)`,
  },
  {
    queue: passwordChangesQueue,
    table: 'password_changes',
    key: 'id',
    insert: `
      INSERT INTO usher.password_changes (id, kind, username, email, language, next_try_at)
      SELECT gen_random_uuid(), 'reset', 'ada', 'ada@example.com', 'en', now() FROM generate_series(1, $1)`,
  },
];

describe.each(contracts)('the queue $table', ({ queue, table, key, insert }) => {
  const add = (count: number) => database.sql(insert, [count]);
  const expire = () => database.sql(`UPDATE usher.${table} SET next_try_at = now()`);
  const lastErrors = async () =>
    (await database.sql<{ error: string }>(`SELECT last_error AS error FROM usher.${table}`)).map(
      ({ error }) => error,
    );

  async function takeOne(lease?: Lease): Promise<Item> {
    const [item] = await queue.take(connection, 1, lease);
    if (item === undefined) throw new Error('nothing is due');
    return item;
  }

  /** As earlier releases lease a row. */
  const takeAsBefore = () =>
    database.sql<Item>(`
      WITH due AS (
        SELECT ${key} AS due_id FROM usher.${table} WHERE next_try_at <= now()
        ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
      )
      UPDATE usher.${table}
      SET tries = tries + 1, next_try_at = now() + interval '1 minute' * least(60, 2 ^ least(tries, 6))
      FROM due WHERE ${key} = due_id RETURNING ${key} AS id, tries`);

  async function takeAll(take: () => Promise<Item[]>): Promise<string[]> {
    const ids: string[] = [];
    for (let items = await take(); items.length > 0; items = await take())
      ids.push(...items.map(({ id }) => String(id)));
    return ids;
  }

  afterEach(() => database.sql(`DELETE FROM usher.${table}`));

  it('gives each row to one worker, of this release or of the one before', async () => {
    await add(60);
    const one = () => queue.take(connection, 1);
    const several = () => queue.take(connection, 4);
    const workers = [one, one, several, several, takeAsBefore, takeAsBefore];
    const taken = (await Promise.all(workers.map(takeAll))).flat();
    expect(taken).toHaveLength(60);
    expect(new Set(taken).size).toBe(60);
  });

  it('leases a row for a time that doubles from one minute to one hour', async () => {
    await add(1);
    const seconds: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await expire();
      expect(await takeOne()).toMatchObject({ tries: attempt });
      expect(await queue.take(connection, 1)).toEqual([]);
      const sql = `SELECT extract(epoch FROM next_try_at - now())::float8 AS left, leased_until = next_try_at AS same FROM usher.${table}`;
      const [row] = await database.sql<{ left: number; same: boolean }>(sql);
      expect(row?.same).toBe(true);
      seconds.push(Math.ceil((row?.left ?? 0) / 60));
    }
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('returns a row again when its lease has expired', async () => {
    await add(1);
    const { id } = await takeOne({ first: 0.2, longest: 0.2 });
    let again: Item[] = [];
    while (again.length === 0) again = await queue.take(connection, 1);
    expect(again).toMatchObject([{ id, tries: 2 }]);
  });

  it('records the error of the latest attempt only', async () => {
    await add(1);
    const first = await takeOne();
    await expire();
    const second = await takeOne();
    const fail = ({ id, tries }: Item, reason: string) =>
      queue.recordError(connection, { key: id, tries }, reason);
    await fail(first, 'cognito.unavailable');
    expect(await lastErrors()).toEqual([null]);
    expect(await queue.figures(connection)).toMatchObject({ running: 1, failed: 0 });
    await fail(second, 'too_many_requests');
    expect(await lastErrors()).toEqual(['too_many_requests']);
    expect(await queue.take(connection, 1)).toEqual([]);
  });

  it('shows what is due, running and failed', async () => {
    const none = { waiting: 0, due: 0, running: 0, failed: 0, attempts: 0, oldest: null, lastError: null };
    expect(await queue.figures(connection)).toEqual(none);
    await add(3);
    await takeOne();
    const { id, tries } = await takeOne();
    await queue.recordError(connection, { key: id, tries }, 'overloaded');
    expect(await queue.figures(connection)).toEqual({
      waiting: 3,
      due: 1,
      running: 1,
      failed: 1,
      attempts: 1,
      oldest: expect.any(Date),
      lastError: 'overloaded',
    });
  });

  it('makes failed rows due at once, and no row that a worker has leased', async () => {
    await add(2);
    await takeOne();
    const { id, tries } = await takeOne();
    expect(await queue.retry(connection)).toBe(0);
    await queue.recordError(connection, { key: id, tries }, 'overloaded');
    expect(await queue.retry(connection)).toBe(1);
    expect(await queue.retry(connection)).toBe(0);
    expect(await queue.take(connection, 2)).toMatchObject([{ id, tries: 2 }]);
    expect(await queue.retry(connection)).toBe(0);
  });
});

it('neither returns nor lists the deletion of a row that the old application has deleted', async () => {
  await database.sql('INSERT INTO usher.erasures (user_id) VALUES (123456789)');
  expect(await deletionsQueue.take(connection, 1)).toEqual([]);
  expect(await deletionsQueue.figures(connection)).toMatchObject({ waiting: 0, failed: 0 });
});
