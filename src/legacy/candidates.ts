import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { StartError } from '../common/config/config-namespace.js';
import { type LegacySourceConfig, legacySourceConfig } from '../common/config/legacy-source.config.js';
import { Log } from '../common/logging/log.js';
import { findPeopleColumns, sampleRows } from './people-columns.js';

/** A table or view with rows that look like people with passwords. */
export interface Candidate {
  /** With its schema, as in `public.auth_user`. */
  table: string;
  emailColumn: string;
  /** With its table if another table, which references this one, has it. */
  hashColumn: string;
}

interface Relation {
  oid: string;
  /** The tables that its foreign keys reference. */
  references: string[];
  schema: string;
  name: string;
  /** Text columns. */
  columns: string[];
  /** Whether the role may read the rows. */
  readable: boolean;
}

/** Keeps a start fast on a database with many or large tables, as `sampleRows` does. */
const sampleMs = 1000;

/** Without those of PostgreSQL, of Usher and of extensions; a partition counts with its parent. */
const relationsSql = `
  SELECT pg_class.oid::text, nspname AS schema, relname AS name, array_agg(attname::text ORDER BY attnum) AS columns,
    bool_and(has_table_privilege(pg_class.oid, 'SELECT') AND has_schema_privilege(relnamespace, 'USAGE')) AS readable,
    array(SELECT confrelid::text FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'f') AS references
  FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
  JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  JOIN pg_type ON pg_type.oid = atttypid
  WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition
    AND nspname NOT IN ('usher', 'information_schema') AND nspname !~ '^pg_'
    AND (typcategory = 'S' OR typname = 'citext')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND classid = 'pg_class'::regclass AND deptype = 'e')
    AND pg_class.oid IS DISTINCT FROM (CASE WHEN to_regclass('usher.installation') IS NOT NULL THEN to_regclass('users') END)
  GROUP BY pg_class.oid, nspname, relname, reltuples
  ORDER BY reltuples DESC, nspname, relname`;

/**
 * Finds tables and views that look like people: at least one row, a column of addresses and a column of password hashes, by their
 * names or by a sample of their values. The users table of an existing installation is none.
 */
export async function findCandidates(dataSource: DataSource): Promise<Candidate[]> {
  const runner = dataSource.createQueryRunner();
  try {
    return await findCandidatesWith(runner);
  } finally {
    await runner.release();
  }
}

/** Runs statements on one connection. */
interface Runner {
  query(text: string): Promise<unknown>;
}

/** As `findCandidates`. */
export async function findCandidatesWith(runner: Runner): Promise<Candidate[]> {
  const relations = (await runner.query(relationsSql)) as Relation[];
  const inspected: Inspected[] = [];
  for (const relation of relations) {
    const rows = await sample(runner, relation);
    inspected.push({ ...relation, ...findPeopleColumns(relation.columns, rows) });
  }
  return inspected.flatMap((one) => candidateOf(one, inspected));
}

/** A relation without rows has neither column. */
type Inspected = Relation & { emailColumn?: string | undefined; hashColumn?: string | undefined };

function candidateOf(one: Inspected, all: readonly Inspected[]): Candidate[] {
  const { oid, schema, name, emailColumn } = one;
  if (emailColumn === undefined) return [];
  const table = `${schema}.${name}`;
  if (one.hashColumn !== undefined) return [{ table, emailColumn, hashColumn: one.hashColumn }];
  const other = all.find(({ hashColumn, references }) => hashColumn && references.includes(oid));
  return other?.hashColumn ? [{ table, emailColumn, hashColumn: `${other.name}.${other.hashColumn}` }] : [];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** @returns the values of some rows by column; `undefined` if the rows cannot be read, or not in time */
async function sample(
  runner: Runner,
  { schema, name, columns, readable }: Relation,
): Promise<Record<string, string | null>[] | undefined> {
  if (!readable) return undefined;
  const texts = columns.map((column) => `left(${quoted(column)}::text, 512) AS ${quoted(column)}`);
  await runner.query('BEGIN READ ONLY');
  try {
    await runner.query(`SET LOCAL statement_timeout = ${sampleMs}`);
    return (await runner.query(
      `SELECT ${texts.join(', ')} FROM ${quoted(schema)}.${quoted(name)} LIMIT ${sampleRows}`,
    )) as Record<string, string | null>[];
  } catch {
    // A slow view, or one that fails: its names decide.
    return undefined;
  } finally {
    await runner.query('ROLLBACK');
  }
}

/**
 * Refuses to create an empty users table beside the people of an application, whose addresses strangers could then register.
 * @param source `LEGACY_SOURCE`
 * @throws StartError that names the candidates, if nothing says where the legacy users are
 */
export async function refuseUnreadPeople(dataSource: DataSource, source: string | undefined): Promise<void> {
  if (source !== undefined || !(await wouldCreateUsers(dataSource))) return;
  const candidates = await findCandidates(dataSource);
  if (candidates.length > 0) throw new StartError(describe(candidates));
}

/** Whether Usher is not installed, and no Devise table with rows can be adopted. */
async function wouldCreateUsers(dataSource: DataSource): Promise<boolean> {
  const [found] = await dataSource.query<{ installed: boolean; adoptable: boolean }[]>(`
    SELECT to_regclass('usher.installation') IS NOT NULL AS installed,
      EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('users') AND relkind IN ('r', 'p'))
        AND (SELECT count(*) = 3 FROM pg_attribute WHERE attrelid = to_regclass('users') AND NOT attisdropped
          AND attname IN ('id', 'email', 'encrypted_password')) AS adoptable`);
  if (found?.installed) return false;
  if (!found?.adoptable) return true;
  const [users] = await dataSource.query<{ filled: boolean }[]>(
    'SELECT EXISTS (SELECT FROM users) AS filled',
  );
  return !users?.filled;
}

function describe(candidates: readonly Candidate[]): string {
  const names = candidates.map(
    ({ table, emailColumn, hashColumn }) => `"${table}" (${emailColumn}, ${hashColumn})`,
  );
  const shown = names.length > 10 ? [...names.slice(0, 10), `${names.length - 10} more`] : names;
  return (
    `The database has no users table that Usher can adopt, but ${shown.join(', ')} ` +
    `${names.length === 1 ? 'looks' : 'look'} like the users of an application. ` +
    'Set LEGACY_SOURCE to the preset or the source file that reads them, or to "none" for a new application'
  );
}

/**
 * Keeps `LEGACY_SOURCE` for commands, which report whether the people of the source were counted.
 * @throws StartError if the users table was adopted and another source is set
 */
export async function recordSource(dataSource: DataSource, source: string | undefined): Promise<void> {
  const [row] = await dataSource.query<{ adopted: boolean }[]>(
    'SELECT adopted_users_table AS adopted FROM usher.installation',
  );
  if (row?.adopted && source !== undefined)
    throw new StartError('This installation has adopted the table "users". Unset LEGACY_SOURCE');
  await dataSource.query(
    'UPDATE usher.installation SET legacy_source = $1 WHERE legacy_source IS DISTINCT FROM $1',
    [source ?? null],
  );
}

/** Logs the candidates of an installation that does not say where its legacy users are. */
@Injectable()
export class UnreadCandidates implements OnApplicationBootstrap {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(legacySourceConfig.KEY) private readonly config: LegacySourceConfig,
    private readonly log: Log,
  ) {}

  /** Not awaited: the database may have many tables. */
  onApplicationBootstrap(): void {
    if (this.config.source === undefined) void this.report();
  }

  private async report(): Promise<void> {
    try {
      const [row] = await this.dataSource.query<{ adopted: boolean }[]>(
        'SELECT adopted_users_table AS adopted FROM usher.installation',
      );
      if (row?.adopted) return;
      for (const candidate of await findCandidates(this.dataSource))
        this.log.warn('a table looks like legacy users that nothing reads; set LEGACY_SOURCE', {
          ...candidate,
        });
    } catch (error) {
      this.log.warn('failed to look for tables of legacy users', { error });
    }
  }
}
