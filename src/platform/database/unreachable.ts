import { types } from 'node:util';
import pg from 'pg';

/**
 * SQLSTATE classes and codes (PostgreSQL, appendix A): connection exceptions, a server that stops or starts, too many
 * connections, and a standby that took over without being allowed to write yet.
 */
const serverSays = /^(08|53|57P0[123]|25006)/;

/** What pg says about a connection that is gone or never came about; such errors have no code. */
const driverSays = /connection terminated|connection error|not queryable|timeout e|read timeout/i;

/** Is it the database that is away, rather than the query that is wrong? Waiting helps then. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return serverSays.test(error.code ?? '');
  return types.isNativeError(error) && ('syscall' in error || driverSays.test(error.message));
}
