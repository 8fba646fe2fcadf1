import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import {
  createDatabase,
  createDeviseDatabase,
  type TestDatabase,
} from '../../../test/support/drivers/database.js';
import { dataSourceOptions, migrationOptions, openMigratedDataSource } from './data-source.js';
import { ConfirmationRevocations1764000000018 } from './migrations/mail-and-confirmations.js';
import { PasswordRestores1764000000025 } from './migrations/credentials.js';
import { migrations } from './migrations/index.js';

let database: TestDatabase;
const open: DataSource[] = [];

const migrated = async (): Promise<DataSource> => {
  const options = migrationOptions(dataSourceOptions(database.url));
  const dataSource = await openMigratedDataSource(options);
  open.push(dataSource);
  return dataSource;
};

const columnsOf = (table: string) =>
  database.sql<{ name: string; type: string; fallback: string | null; nullable: string }>(
    `SELECT column_name AS name, data_type AS type, column_default AS fallback, is_nullable AS nullable
     FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position`,
    [table],
  );

const ours = (name: string) => name.startsWith('cognito_') || name.startsWith('usher_');

const closeAll = () => Promise.all(open.splice(0).map((dataSource) => dataSource.destroy()));

afterEach(async () => {
  await closeAll();
  await database.drop();
});

describe('migrations on an empty database', () => {
  beforeEach(async () => {
    database = await createDatabase();
  });

  it('create a users table with the columns of the adopted table', async () => {
    await migrated();
    const made = await columnsOf('users');
    await closeAll();
    await database.drop();
    database = await createDeviseDatabase();
    await migrated();
    const essence = (columns: typeof made) =>
      columns.map(({ name, type, nullable }) => `${name} ${type} ${nullable}`).sort();
    expect(essence(made)).toEqual(essence(await columnsOf('users')));
  });

  it('run once when several processes start together', async () => {
    await Promise.all([migrated(), migrated(), migrated(), migrated()]);
    const [row] = await database.sql<{ count: string }>('SELECT count(*) FROM usher.schema_migrations');
    expect(row?.count).toBe(String(migrations.length));
  });

  it('can be reverted and run again', async () => {
    const dataSource = await migrated();
    for (let step = 0; step < migrations.length; step += 1) await dataSource.undoLastMigration();
    expect((await columnsOf('users')).some(({ name }) => ours(name))).toBe(false);
    await dataSource.runMigrations();
    expect((await columnsOf('users')).some(({ name }) => ours(name))).toBe(true);
  });
});

describe('migrations on an adopted Devise table', () => {
  beforeEach(async () => {
    database = await createDeviseDatabase();
  });

  const rows = () =>
    database.sql<Record<string, unknown>>(
      `SELECT to_jsonb(users) - ARRAY(
         SELECT attname::text FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname ~ '^(cognito|usher)_'
       ) AS row FROM users ORDER BY id`,
    );

  it('keep every column, default, row and the sequence', async () => {
    const [columns, before] = [await columnsOf('users'), await rows()];
    await migrated();
    expect((await columnsOf('users')).filter(({ name }) => !ours(name))).toEqual(columns);
    expect(await rows()).toEqual(before);
    const [next] = await database.sql<{ id: string }>(`SELECT nextval('users_id_seq') AS id`);
    expect(next?.id).toBe('30');
  });

  it('add only columns that inserts of Rails can omit', async () => {
    await migrated();
    for (const { name, fallback, nullable } of await columnsOf('users')) {
      if (ours(name)) expect(`${name} ${fallback !== null || nullable === 'YES'}`).toBe(`${name} true`);
    }
    await database.sql(
      `INSERT INTO users (email, created_at, updated_at) VALUES ('new@example.com', now(), now())`,
    );
  });

  it('create all other tables in the schema usher', async () => {
    await migrated();
    const tables = await database.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables).toEqual([{ name: 'users' }]);
  });

  it('rebuild indexes that an interrupted start left invalid', async () => {
    await database.sql('ALTER TABLE users ADD COLUMN cognito_sub text');
    await database.sql(`UPDATE users SET cognito_sub = 'twice' WHERE id IN (1, 2)`);
    await expect(
      database.sql('CREATE UNIQUE INDEX CONCURRENTLY index_users_on_cognito_sub ON users (cognito_sub)'),
    ).rejects.toThrow(/could not create unique index/);
    await database.sql('ALTER TABLE users DROP COLUMN cognito_sub');
    await database.sql('ALTER TABLE users ADD COLUMN cognito_was text');
    await database.sql('UPDATE users SET cognito_was = id::text');
    await expect(
      database.sql(`CREATE UNIQUE INDEX CONCURRENTLY index_users_on_usher_email ON users ((1))`),
    ).rejects.toThrow();
    await migrated();
    const indexes = await database.sql<{ valid: boolean; definition: string }>(
      `SELECT indisvalid AS valid, pg_get_indexdef(indexrelid) AS definition FROM pg_index
       WHERE indexrelid IN ('index_users_on_usher_email'::regclass, 'index_users_on_cognito_sub'::regclass)`,
    );
    expect(indexes.map(({ valid }) => valid)).toEqual([true, true]);
    expect(indexes.map(({ definition }) => definition).join()).toContain('und-x-icu');
  });

  it('retry instead of blocking the legacy application', async () => {
    const rails = await database.connect();
    await rails.query('BEGIN; LOCK TABLE users IN ROW EXCLUSIVE MODE');
    const start = migrated();
    // Rails commits only after the lock timeout of the migration (3 seconds).
    for (;;) {
      const [row] = await database.sql<{ waiting: boolean }>(
        `SELECT count(*) > 0 AS waiting FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted`,
      );
      if (row?.waiting) break;
    }
    for (;;) {
      const [row] = await database.sql<{ waiting: boolean }>(
        `SELECT count(*) > 0 AS waiting FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted`,
      );
      if (!row?.waiting) break;
    }
    await rails.query('COMMIT');
    await rails.end();
    await start;
    expect((await columnsOf('users')).some(({ name }) => ours(name))).toBe(true);
  });

  it('name what keeps the table from being adopted, and change nothing', async () => {
    await database.sql('ALTER TABLE users DROP COLUMN encrypted_password');
    const before = await columnsOf('users');
    await expect(migrated()).rejects.toThrow(
      'Usher cannot adopt "users": it has no column encrypted_password. It can be read without changes as a read-only source: set LEGACY_SOURCE',
    );
    expect(await columnsOf('users')).toEqual(before);
  });
});

describe('migrations that delete data', () => {
  beforeEach(async () => {
    database = await createDeviseDatabase();
  });

  it('deletes e-mail changes that are older than the last revocation, and keeps the others', async () => {
    const dataSource = await migrated();
    const first = migrations.indexOf(ConfirmationRevocations1764000000018);
    for (let step = first; step < migrations.length; step += 1) await dataSource.undoLastMigration();
    await closeAll();
    const [later, sooner] = [`now() + interval '1 hour'`, `now() - interval '1 hour'`];
    const pending = (id: number, purpose: string) =>
      `INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, expires_at)
       VALUES ('${id}${purpose}', ${id}, '${purpose}', 'x', now() + interval '1 day');`;
    const event = (id: number, action: string, at: string) =>
      `INSERT INTO usher.audit (actor, user_id, action, at) VALUES ('usher', ${id}, '${action}', ${at});`;
    await database.sql(`
      ${[1, 2, 3, 4, 5].map((id) => pending(id, 'email-change')).join('')} ${pending(1, 'sign-up')}
      ${event(1, 'reset-password', later)} ${event(2, 'reset-password', sooner)} ${event(3, 'update-profile', later)}
      UPDATE users SET cognito_sub = 'sub-' || id WHERE id IN (4, 5);
      INSERT INTO usher.sign_outs VALUES ('sub-4', ${later}), ('sub-5', ${sooner});`);
    await migrated();
    const left = await database.sql<{ kept: string }>(
      `SELECT user_id || ' ' || purpose AS kept FROM usher.confirmations ORDER BY 1`,
    );
    expect(left.map(({ kept }) => kept)).toEqual([
      '1 sign-up',
      '2 email-change',
      '3 email-change',
      '5 email-change',
    ]);
  });

  it('deletes the password hashes of sign-ups that no link can use', async () => {
    const dataSource = await migrated();
    const first = migrations.indexOf(PasswordRestores1764000000025);
    for (let step = first; step < migrations.length; step += 1) await dataSource.undoLastMigration();
    await closeAll();
    await database.sql(`
      INSERT INTO users (id, email, confirmed_at, created_at, updated_at) VALUES
        (901, 'pending', NULL, now(), now()), (902, 'confirmed', now(), now(), now()), (903, 'used', NULL, now(), now()),
        (904, 'expired', NULL, now(), now()), (905, 'resent', NULL, now(), now());
      INSERT INTO usher.confirmations (token_digest, user_id, purpose, email, password_hash, expires_at, used_at, created_at) VALUES
        ('901', 901, 'sign-up', 'pending', 'hash', now() + interval '1 day', NULL, now()),
        ('902', 902, 'sign-up', 'confirmed', 'hash', now() + interval '1 day', NULL, now()),
        ('903', 903, 'sign-up', 'used', 'hash', now() + interval '1 day', now(), now()),
        ('904', 904, 'sign-up', 'expired', 'hash', now() - interval '1 day', NULL, now() - interval '4 days'),
        ('905', 905, 'sign-up', 'resent', 'hash', now() - interval '1 day', NULL, now() - interval '4 days'),
        ('906', 905, 'sign-up', 'resent', NULL, now() + interval '1 day', NULL, now() - interval '2 days'),
        ('907', 907, 'sign-up', 'gone', 'hash', now() + interval '1 day', NULL, now());`);
    await migrated();
    const left = await database.sql<{ email: string }>(
      `SELECT email FROM usher.confirmations WHERE password_hash IS NOT NULL ORDER BY 1`,
    );
    expect(left.map(({ email }) => email)).toEqual(['pending', 'resent']);
  });
});
