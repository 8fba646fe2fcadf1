import { Injectable } from '@nestjs/common';
import type { MigrationState } from '#contracts';
import { Database, type Statement } from '../../common/database/database.js';
import { compact, countsLock, hasSignInColumns } from '../../common/database/migration-counts.sql.js';

/** Number of people with the same state, reason, format and time. */
export interface Count {
  state: MigrationState;
  reason: string | null;
  /** Hash format of people who have not migrated. */
  format: string | null;
  /** `2026-11`: month of the last sign-in, or else of the sign-up, of people who have not migrated. */
  month: string | null;
  neverSignedIn: boolean | null;
  /** `2026-11-25`: day of the migration. */
  day: string | null;
  people: number;
}

/** The counts are kept by triggers, in a table without a key. */
const read: Statement = {
  name: 'migration-counts-read',
  text: `
    SELECT state, reason, format, to_char(month, 'YYYY-MM') AS month,
      never_signed_in AS "neverSignedIn", to_char(day, 'YYYY-MM-DD') AS day, sum(people)::bigint AS people
    FROM usher.migration_counts AS counts GROUP BY state, reason, format, counts.month, never_signed_in, counts.day
    HAVING sum(people) <> 0`,
};

const findSignInColumns: Statement = { name: 'migration-counts-sign-in-columns', text: hasSignInColumns };

/** An adopted table holds all people. A read-only source must have been copied; `LEGACY_SOURCE=none` says that there are no others. */
const isSourceRead: Statement = {
  name: 'migration-counts-is-source-read',
  text: `
    SELECT adopted_users_table OR legacy_source IS NOT DISTINCT FROM 'none' OR EXISTS (
      SELECT FROM usher.source_syncs WHERE source = legacy_source AND completed_at IS NOT NULL) AS read
    FROM usher.installation`,
};

/** Rows beyond the compacted ones from which a compaction is worth its cost. */
const manyRows = 1000;

/** Reads one row of any. */
const hasRows: Statement = {
  name: 'migration-counts-has-rows',
  text: `SELECT count(*) >= $1 AS found FROM (SELECT FROM usher.migration_counts LIMIT $1) AS found_rows`,
};

/** An advisory lock. */
const tryToLock: Statement = {
  name: 'migration-counts-try-to-lock',
  text: `SELECT pg_try_advisory_xact_lock(${countsLock}) AS locked`,
};

/** 1 hour. 10 million rows take less than 1 minute on a slow machine. */
const patienceMs = 3_600_000;

const compactRows: Statement = { name: 'migration-counts-add-up', text: compact, patienceMs };
/** Reads the whole table. */
const recount: Statement = {
  name: 'migration-counts-recount',
  text: 'SELECT usher.recount_migration()',
  patienceMs,
};

/** Counts that the triggers of `users` maintain. */
@Injectable()
export class MigrationCounts {
  /** Row count after the last compaction (one per state/reason/format/month). */
  private compactedRows = 0;

  constructor(private readonly database: Database) {}

  read(): Promise<Count[]> {
    return this.database.query<Count & { [column: string]: unknown }>(read);
  }

  /** Whether the table has the columns of the last sign-in. */
  async knowsSignIns(): Promise<boolean> {
    return (await this.database.queryOne<{ found: boolean }>(findSignInColumns))?.found ?? false;
  }

  /** Whether all people of the old system are counted. */
  async isSourceRead(): Promise<boolean> {
    return (await this.database.queryOne<{ read: boolean }>(isSourceRead))?.read ?? false;
  }

  /** Keeps reading fast. One process at a time; does not block writers. */
  async compact(): Promise<void> {
    const row = await this.database.queryOne<{ found: boolean }>(hasRows, [this.compactedRows + manyRows]);
    if (!row?.found) return;
    await this.database.transaction(async () => {
      const { locked } = (await this.database.queryOne<{ locked: boolean }>(tryToLock)) ?? {};
      if (!locked) return;
      this.compactedRows = (await this.database.queryOne<{ rows: number }>(compactRows))?.rows ?? 0;
    });
  }

  /** Counts all rows again, for a table whose triggers were disabled, as when a backup is restored. */
  async recount(): Promise<void> {
    await this.database.query(recount);
  }
}
