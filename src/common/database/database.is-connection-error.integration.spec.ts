import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase } from '../../../test/support/drivers/database.js';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { isConnectionError } from './database.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('isConnectionError', () => {
  it('is true for a terminated connection and for an unreachable server', async () => {
    const database = await createDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    pool.on('error', () => undefined);
    const own = 'SELECT pg_terminate_backend(pg_backend_pid())';
    const terminated = await failureOf(pool.query(own));
    const wrong = await failureOf(pool.query('SELECT nothing FROM nowhere'));
    await pool.end();
    await database.drop();
    expect(isConnectionError(terminated)).toBe(true);
    expect(isConnectionError(wrong)).toBe(false);
    const url = `postgres://usher@127.0.0.1:${await freePort()}/none`;
    expect(isConnectionError(await failureOf(new pg.Client({ connectionString: url }).connect()))).toBe(true);
  });

  it.each(['08006', '53300', '57P01', '57P03', '25006'])('is true for SQLSTATE %s', (code) => {
    expect(isConnectionError(Object.assign(new pg.DatabaseError('no', 2, 'error'), { code }))).toBe(true);
  });

  it.each(['23505', '42P01', '57014', '40P01'])('is false for SQLSTATE %s', (code) => {
    expect(isConnectionError(Object.assign(new pg.DatabaseError('no', 2, 'error'), { code }))).toBe(false);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('is true for the driver’s "%s"', (message) => {
    expect(isConnectionError(new Error(message))).toBe(true);
  });

  it('is false for other errors', () => {
    expect(isConnectionError(new RangeError('an id is too large for a JSON number'))).toBe(false);
    expect(isConnectionError('away')).toBe(false);
  });
});
