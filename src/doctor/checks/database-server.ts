import { types } from 'node:util';
import pg from 'pg';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import type { Check } from '../check.js';
import { type Facts, NotChecked } from '../facts.js';

/** Asked first: without the database most checks of this list are skipped. */
export const databaseReachable: Check = {
  id: 'database.reachable',
  area: 'database',
  atStart: true,
  async find(facts) {
    facts.settings('database');
    try {
      await facts.query('SELECT 1');
      return undefined;
    } catch (error) {
      const reason = reasonOf(error instanceof NotChecked ? error.cause : error);
      return {
        severity: 'error',
        title: `The database of DATABASE_URL cannot be used (${reason}).`,
        effect: 'Usher does not start, or refuses all requests with status 503.',
        remedy:
          'DATABASE_URL=postgres://USER:PASSWORD@HOST/DATABASE # or repair the server; psql "$DATABASE_URL" -c "SELECT 1" must work',
        changeable: true,
      };
    }
  },
};

/** The messages of PostgreSQL name users and databases, never a password. */
function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return error.message;
  const cause = types.isNativeError(error) && error.cause !== undefined ? error.cause : error;
  return systemErrorCode(cause) ?? (types.isNativeError(cause) ? cause.message : 'no connection');
}

/** What `current_setting` returns. */
async function setting(facts: Facts, name: string): Promise<string> {
  const [row] = await facts.query<{ value: string }>('SELECT current_setting($1::text) AS value', [name]);
  return row?.value ?? '';
}

/** docs/configuration.md, DATABASE_URL */
const oldestMajor = 12;

export const databaseVersion: Check = {
  id: 'database.version',
  area: 'database',
  atStart: true,
  async find(facts) {
    const major = Math.floor(Number(await setting(facts, 'server_version_num')) / 10_000);
    if (major >= oldestMajor) return undefined;
    return {
      severity: 'error',
      title: `The database runs on PostgreSQL ${major}.`,
      effect: `Usher needs PostgreSQL ${oldestMajor}: statements fail, and with them sign-ins.`,
      remedy: 'pg_upgrade --help # https://www.postgresql.org/docs/current/upgrading.html',
      changeable: true,
    };
  },
};

export const databaseEncoding: Check = {
  id: 'database.encoding',
  area: 'database',
  atStart: true,
  async find(facts) {
    const encoding = await setting(facts, 'server_encoding');
    if (encoding === 'UTF8') return undefined;
    return {
      severity: 'warning',
      title: `The database has the encoding ${encoding}.`,
      effect:
        'Names and addresses with other characters cannot be stored: their users can neither register nor migrate.',
      remedy:
        'createdb --encoding=UTF8 --template=template0 NEW_DATABASE && pg_dump "$DATABASE_URL" | psql NEW_DATABASE # then DATABASE_URL with the new database',
      changeable: false,
    };
  },
};

/** `usher doctor` reads with transactions that are read-only, so what the session began with counts. */
const readOnly = `
  SELECT pg_is_in_recovery() AS standby, reset_val = 'on' AS "readOnly", current_database() AS name
  FROM pg_settings WHERE name = 'default_transaction_read_only'`;

export const databaseReadOnly: Check = {
  id: 'database.read_only',
  area: 'database',
  atStart: true,
  async find(facts) {
    const [state] = await facts.query<{ standby: boolean; readOnly: boolean; name: string }>(readOnly);
    if (!state || (!state.standby && !state.readOnly)) return undefined;
    return {
      severity: 'error',
      title: state.standby
        ? 'DATABASE_URL leads to a standby server, which is read-only.'
        : `Transactions on the database "${state.name}" are read-only (default_transaction_read_only).`,
      effect: 'Usher cannot store sessions: nobody can sign in.',
      remedy: state.standby
        ? 'DATABASE_URL=postgres://USER:PASSWORD@PRIMARY/DATABASE # or: SELECT pg_promote();'
        : `ALTER DATABASE "${state.name.replaceAll('"', '""')}" SET default_transaction_read_only = off;`,
      changeable: true,
    };
  },
};

/** A process of the API has 10, and the old application needs some. */
const fewest = 20;

/** Unlike `pg_stat_activity`, it counts the sessions of other roles for each role. */
const usedConnections = `SELECT sum(numbackends)::int AS used FROM pg_stat_database`;

export const databaseConnections: Check = {
  id: 'database.connections',
  area: 'database',
  atStart: true,
  async find(facts) {
    const [most, reserved] = [
      Number(await setting(facts, 'max_connections')),
      Number(await setting(facts, 'superuser_reserved_connections')),
    ];
    const [row] = await facts.query<{ used: number }>(usedConnections);
    const left = most - reserved - (row?.used ?? 0);
    if (left >= fewest) return undefined;
    return {
      severity: 'warning',
      title: `The database server has ${Math.max(left, 0)} of ${most} connections left.`,
      effect: 'Usher opens up to 10 a process, and refuses requests with status 503 when it gets none.',
      remedy: `ALTER SYSTEM SET max_connections = ${most + 100}; -- and restart PostgreSQL; or use a pooler such as PgBouncer`,
      changeable: true,
    };
  },
};
