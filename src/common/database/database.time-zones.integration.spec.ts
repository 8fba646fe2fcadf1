import { afterEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDeviseDatabase, type TestDatabase } from '../../../test/support/drivers/database.js';
import { AuditLog } from '../../users/audit-log.js';
import { SignInTracking } from '../../users/sign-in-tracking.js';
import { UserLinksRepository } from '../../users/user-links.repository.js';
import { User } from '../../users/user.entity.js';
import { UsersRepository } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import { dataSourceOptions, openMigratedDataSource } from './data-source.js';
import { Log } from '../logging/log.js';
import { AuditEntry } from '../../users/audit-entry.entity.js';
import { Database } from './database.js';

const hour = 3600;
const unlockIn = hour;

let database: TestDatabase;
let dataSource: DataSource | undefined;
afterEach(async () => {
  await dataSource?.destroy();
  dataSource = undefined;
  await database.drop();
});

/** Creates a Devise table whose times have this type, in a database with this time zone. */
async function prepare(type: string, zone: string): Promise<Database> {
  database = await createDeviseDatabase();
  const { pathname } = new URL(database.url);
  await database.sql(`ALTER DATABASE ${pathname.slice(1)} SET timezone = '${zone}'`);
  const columns = [
    'locked_at',
    'confirmed_at',
    'created_at',
    'updated_at',
    'current_sign_in_at',
    'last_sign_in_at',
  ];
  for (const column of columns)
    await database.sql(
      `ALTER TABLE users ALTER COLUMN ${column} TYPE ${type} USING (${column} AT TIME ZONE 'UTC')::${type}`,
    );
  if (type === 'timestamp')
    await database.sql(
      `UPDATE users SET created_at = now() AT TIME ZONE 'UTC', updated_at = now() AT TIME ZONE 'UTC'`,
    );
  dataSource = await openMigratedDataSource({
    ...dataSourceOptions(database.url),
    entities: [AuditEntry, User],
  });
  return new Database(dataSource);
}

/** Columns without a time zone hold UTC. */
const secondsAgo = async (column: string, type: string) => {
  const instant = type === 'timestamp' ? `${column} AT TIME ZONE 'UTC'` : column;
  const [row] = await database.sql<{ age: number }>(
    `SELECT extract(epoch FROM now() - (${instant}))::float8 AS age FROM users WHERE id = 1`,
  );
  return row?.age ?? NaN;
};

const zones = ['America/New_York', 'Asia/Tokyo', 'Europe/London', 'Pacific/Apia', 'UTC'];

describe.each(['timestamp', 'timestamptz'])('columns of type %s', (type) => {
  it.each(zones)('hold UTC in a database with the time zone %s', async (zone) => {
    const connection = await prepare(type, zone);
    const users = new UsersRepository(connection, new AuditLog(connection));
    const lookups = new UsersService(connection, { unlockInSeconds: unlockIn });
    const lock = async (age: number) => {
      const at = `now() - make_interval(secs => ${age})`;
      await database.sql(
        `UPDATE users SET locked_at = ${type === 'timestamp' ? `(${at}) AT TIME ZONE 'UTC'` : at} WHERE id = 1`,
      );
      return (await lookups.findLegacyAccount('ada@example.com'))?.locked;
    };
    expect(await lock(5 * 60)).toBe(true);
    expect(await lock(unlockIn - 60)).toBe(true);
    expect(await lock(unlockIn + 60)).toBe(false);
    expect(await lock(2 * hour)).toBe(false);
    await users.recordNewPassword({ id: 1 }, 'reset-password');
    expect(Math.abs(await secondsAgo('updated_at', type))).toBeLessThan(60);
    const tracking = new SignInTracking(connection, new Log());
    tracking.record(1, null);
    await tracking.onApplicationShutdown();
    expect(Math.abs(await secondsAgo('current_sign_in_at', type))).toBeLessThan(60);
    const made = await new UserLinksRepository(connection).insert('new@example.com', 'sub', 'pool');
    const record = await users.find(made?.id ?? 0);
    expect(Math.abs(Date.now() - (record?.createdAt?.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it('keep instants of an hour that is repeated at the end of daylight-saving time', async () => {
    const connection = await prepare(type, 'America/New_York');
    const users = new UsersRepository(connection, new AuditLog(connection));
    // 01:30 in New York occurs twice on 1 November 2026: at 05:30 and at 06:30 UTC.
    for (const at of ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', '2026-03-08T07:30:00Z']) {
      await connection.query(
        { name: '', text: `UPDATE users SET created_at = $1::timestamptz::${type} WHERE id = 1` },
        [at],
      );
      const record = await users.find(1);
      expect(record?.createdAt?.toISOString()).toBe(at.replace('Z', '.000Z'));
    }
  });

  it('are counted by their month in UTC', async () => {
    await prepare(type, 'Asia/Tokyo');
    // In Tokyo, this is in August.
    const at = `'2019-07-31 16:00:00+00'::timestamptz`;
    const value = type === 'timestamp' ? `${at} AT TIME ZONE 'UTC'` : at;
    await database.sql(
      `UPDATE users SET created_at = ${value}, current_sign_in_at = NULL, last_sign_in_at = NULL WHERE id = 1`,
    );
    const months = async () =>
      (
        await database.sql<{ month: string }>(
          `SELECT to_char(month, 'YYYY-MM') AS month FROM usher.migration_counts
           WHERE month BETWEEN '2019-06-01' AND '2019-09-01' GROUP BY 1 HAVING sum(people) = 1`,
        )
      ).map(({ month }) => month);
    expect(await months()).toEqual(['2019-07']);
    await database.sql('SELECT usher.recount_migration()');
    expect(await months()).toEqual(['2019-07']);
  });
});
