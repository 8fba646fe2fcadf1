import pg from 'pg';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/index.js';

/** Ids are numbers as long as a number can hold them; pg would make strings of them. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === Number(pg.types.builtins.INT8)) return safeInteger;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

function safeInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('an id is too large for a JSON number');
  return number;
}

/** What pg reads times by, whatever the database or the role has. */
const settings = `SET timezone TO 'UTC'; SET datestyle TO 'ISO'`;

export function dataSourceOptions(databaseUrl: string): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'usher',
    schema: 'usher',
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 5000,
    poolSize: 10,
    // What goes wrong is thrown; TypeORM's default logger would also print it, around our own log.
    logger: 'debug',
    // A statement, because PgBouncer refuses unknown start-up options. Rails's columns hold UTC, whatever their type and
    // the time zone of the database, the role or the server.
    extra: { types, onConnect: (client: pg.ClientBase) => client.query(settings) },
  };
}
