import pg from 'pg';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { migrations } from './migrations/index.js';

const { builtins } = pg.types;

/**
 * How column values become JavaScript's. Rails's `timestamp without time zone` is UTC, whatever this host's zone is; pg
 * would read it as local time. Ids are numbers as long as a number can hold them.
 */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === Number(builtins.TIMESTAMP)) return utcTimestamp;
    if (format !== 'binary' && oid === Number(builtins.INT8)) return safeInteger;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

const utcTimestamp = (value: string): Date => new Date(`${value.replace(' ', 'T')}Z`);

function safeInteger(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError('an id is too large for a JSON number');
  return number;
}

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
    extra: { types },
  };
}
