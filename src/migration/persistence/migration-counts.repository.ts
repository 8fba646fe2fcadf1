import { Injectable } from '@nestjs/common';
import type { MigrationState } from '#contracts';
import { Database, type Statement } from '../../platform/database/database.js';
import { addUp, countsLock, hasSignInColumns } from '../../platform/database/migration-counts.sql.js';

/** How many people stand at one place of the way. */
export interface Count {
  state: MigrationState;
  reason: string | null;
  /** How the stored string begins, of people who have yet to move. */
  format: string | null;
  /** `2026-11`, of people who have yet to move: of the last sign-in, or of the sign-up where there was none since. */
  month: string | null;
  neverSignedIn: boolean | null;
  /** `2026-11-25`, of people who have moved. */
  day: string | null;
  people: number;
}

const read: Statement = {
  name: 'migration-counts-read',
  text: `
    SELECT state, reason, format, to_char(month, 'YYYY-MM') AS month,
      never_signed_in AS "neverSignedIn", to_char(day, 'YYYY-MM-DD') AS day, sum(people)::bigint AS people
    FROM usher.migration_counts AS counts GROUP BY state, reason, format, counts.month, never_signed_in, counts.day
    HAVING sum(people) <> 0`,
};

const findSignInColumns: Statement = { name: 'migration-counts-sign-in-columns', text: hasSignInColumns };

/** So many differences that reading them takes longer than it need. */
const manyRows = 1000;

const hasRows: Statement = {
  name: 'migration-counts-has-rows',
  text: `SELECT count(*) >= $1 AS found FROM (SELECT FROM usher.migration_counts LIMIT $1) AS found_rows`,
};

const tryToLock: Statement = {
  name: 'migration-counts-try-to-lock',
  text: `SELECT pg_try_advisory_xact_lock(${countsLock}) AS locked`,
};

/** An hour. Ten million people take less than a minute on a slow machine. */
const patienceMs = 3_600_000;

const addRowsUp: Statement = { name: 'migration-counts-add-up', text: addUp, patienceMs };
const recount: Statement = {
  name: 'migration-counts-recount',
  text: 'SELECT usher.recount_migration()',
  patienceMs,
};

/** The counts that the triggers of `users` keep. */
@Injectable()
export class MigrationCounts {
  /** How many rows the last adding-up left: as many as there are places where people stand. */
  private places = 0;

  constructor(private readonly database: Database) {}

  read(): Promise<Count[]> {
    return this.database.query<Count & { [column: string]: unknown }>(read);
  }

  /** Does the table tell when somebody last signed in? */
  async knowsSignIns(): Promise<boolean> {
    return (await this.database.queryOne<{ found: boolean }>(findSignInColumns))?.found ?? false;
  }

  /** Keeps reading quick. One process at a time; nothing is held up. */
  async addUp(): Promise<void> {
    const row = await this.database.queryOne<{ found: boolean }>(hasRows, [this.places + manyRows]);
    if (!row?.found) return;
    await this.database.transaction(async () => {
      const { locked } = (await this.database.queryOne<{ locked: boolean }>(tryToLock)) ?? {};
      if (!locked) return;
      this.places = (await this.database.queryOne<{ rows: number }>(addRowsUp))?.rows ?? 0;
    });
  }

  /** Counts everybody anew, should the triggers have been off, as when a backup is restored. */
  async recount(): Promise<void> {
    await this.database.query(recount);
  }
}
