import { Injectable } from '@nestjs/common';
import type { MigrationState } from '#contracts';
import { Database, type Statement } from '../../platform/database/database.js';
import { addUp, countEverybody, hasSignInColumns } from '../../platform/database/migration-counts.sql.js';

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

/** Rows enough that reading them takes longer than it need. */
const manyRows = 1000;

const hasManyRows: Statement = {
  name: 'migration-counts-has-many-rows',
  text: `SELECT count(*) >= ${manyRows} AS found FROM (SELECT FROM usher.migration_counts LIMIT ${manyRows}) AS found_rows`,
};

// Any number, the same in every process of every version: "ledger" on a telephone's keys.
const key = 533_437;

const lock: Statement = { name: 'migration-counts-lock', text: `SELECT pg_advisory_xact_lock(${key})` };

const tryToLock: Statement = {
  name: 'migration-counts-try-to-lock',
  text: `SELECT pg_try_advisory_xact_lock(${key}) AS locked`,
};

const addRowsUp: Statement = { name: 'migration-counts-add-up', text: addUp };

/** An hour. Ten million people take less than a minute on a slow machine. */
const patienceMs = 3_600_000;

/** The counts that the triggers of `users` keep. */
@Injectable()
export class MigrationCounts {
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
    if (!(await this.database.queryOne<{ found: boolean }>(hasManyRows))?.found) return;
    await this.database.transaction(async () => {
      const row = await this.database.queryOne<{ locked: boolean }>(tryToLock);
      if (row?.locked) await this.database.query(addRowsUp);
    });
  }

  /** Counts everybody anew, should the triggers have been off, as when a backup is restored. */
  async recount(): Promise<void> {
    const text = countEverybody(await this.knowsSignIns());
    await this.database.transaction(async () => {
      await this.database.query({ ...lock, patienceMs });
      await this.database.query({ name: 'migration-counts-recount', text, patienceMs });
    });
  }
}
