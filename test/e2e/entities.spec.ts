import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate, openDataSource } from '../../src/common/database/data-source.js';
import { createApp } from '../../src/create-app.js';
import { ImportedUser, ImportFile } from '../../src/migration/persistence/imports.entities.js';
import { PoolListing } from '../../src/migration/persistence/pool-listing.entity.js';
import { User } from '../../src/users/user.entity.js';
import { adoptedTables } from '../support/drivers/adopted-tables.js';
import { createDatabase, createDeviseDatabase } from '../support/drivers/database.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

/** Written by triggers and migrations only, and without a primary key, which TypeORM requires. */
const withoutEntity = ['deleted_agreements', 'installation', 'migration_counts', 'schema_migrations'];

describe.each([
  ['an empty database', createDatabase],
  ['an adopted Devise table', createDeviseDatabase],
])('entities and the schema that the migrations make of %s', (_, create) => {
  let usher: Usher;
  let app: NestFastifyApplication;
  let dataSource: DataSource;
  beforeAll(async () => {
    usher = await startUsher({ database: await create() });
    app = await createApp(usher.variables);
    const entities = app.get(DataSource).entityMetadatas.map(({ target }) => target);
    // Only commands use these.
    entities.push(ImportedUser, ImportFile, PoolListing);
    dataSource = await new DataSource({ ...dataSourceOptions(usher.database.url), entities }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await app.close();
    await usher.close();
  });

  it('do not differ', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    // TypeORM converts the default of the entity to lower case before it compares them.
    const isSameDefault = /"refused_through" SET DEFAULT \(\(EXTRACT\(epoch FROM now\(\)\)\)::bigint - 1\)$/;
    expect(upQueries.map(({ query }) => query).filter((query) => !isSameDefault.test(query))).toEqual([]);
  });

  it('have the same tables', async () => {
    const tables = await usher.database.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'usher' AND table_type = 'BASE TABLE'`,
    );
    const mapped = dataSource.entityMetadatas
      .filter(({ schema }) => schema === 'usher')
      .map(({ tableName }) => tableName);
    expect([...mapped, ...withoutEntity].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('have every column of the users table that Usher reads', async () => {
    const { columns } = dataSource.getMetadata(User);
    const found = await usher.database.sql<{ name: string; type: string }>(
      `SELECT attname AS name, atttypid::regtype::text AS type FROM pg_attribute
       WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    const types = new Map(found.map(({ name, type }) => [name, type]));
    const missing = columns.filter((column) => !column.isVirtualProperty && !types.has(column.databaseName));
    expect(missing.map(({ databaseName }) => databaseName)).toEqual([]);
  });
});

it('neither reads nor writes columns that an adopted table lacks', async () => {
  const database = await createDeviseDatabase();
  await database.sql(
    'ALTER TABLE users DROP COLUMN sign_in_count, DROP COLUMN current_sign_in_ip, DROP COLUMN last_sign_in_ip',
  );
  const usher = await startUsher({ database });
  const app = await createApp(usher.variables);
  try {
    const users = app.get(DataSource).getRepository(User);
    await users.update({ id: 1 }, { signInCount: 7, lastName: 'King' });
    expect(await users.findOneByOrFail({ id: 1 })).toMatchObject({ lastName: 'King' });
  } finally {
    await app.close();
    await usher.close();
  }
});

it.each(adoptedTables)('has only columns of $what in use', async ({ create, own }) => {
  const database = await create();
  const options = { ...dataSourceOptions(database.url), entities: [User] };
  const dataSource = await openDataSource(options, (opened) => migrate(opened));
  const found = await database.sql<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const names = found.map(({ name }) => name);
  const { columns } = dataSource.getMetadata(User);
  const used = columns.filter(({ isVirtualProperty, isUpdate }) => !isVirtualProperty && isUpdate);
  const usedNames = used.map(({ databaseName }) => databaseName);
  await dataSource.destroy();
  await database.drop();
  expect(names).toEqual(expect.arrayContaining(usedNames));
  expect(usedNames).toEqual(
    expect.arrayContaining(['id', 'email', 'encrypted_password', 'usher_roles', ...own]),
  );
});
