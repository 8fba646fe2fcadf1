import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryRunner } from 'typeorm';
import { StartError } from '../config/config-namespace.js';
import { type MigrationConfig, migrationConfig } from '../config/migration.config.js';
import { Log } from '../logging/log.js';
import {
  type BlockedCondition,
  buildIsBlocked,
  type ColumnKind,
  describeCondition,
  guessConditions,
  isBlockedSql,
  type TypedCondition,
} from './blocked-condition.js';
import { Database } from './database.js';
import { exclusively, retryOnLockTimeout } from './data-source.js';
import { buildCountFunction, buildRecountFunction } from './migration-counts.sql.js';
import { findUsersTableName, requireUsersTable } from './migrations/schema-helpers.js';
import { addOwnColumns } from './users-columns.js';

/** The columns of `users` by name; `number` is PostgreSQL's `attnum`. */
type Columns = ReadonlyMap<string, { number: number; kind: ColumnKind }>;
type NumberedCondition = TypedCondition & { number: number };

const skippedColumn = 'usher_legacy_skipped';

/** Rows from which on a guess may not block more than half. */
const manyRows = 100;

/** The query reads the whole table. */
const patienceMs = 600_000;

/**
 * Applies the conditions of `LEGACY_BLOCKED_WHEN`, or those guessed from the columns of `users`, for all processes, and logs them.
 * Also warns if the table requires columns that Usher cannot fill.
 * @throws StartError for a missing column, or if a guess would block more than half of the rows
 */
@Injectable()
export class BlockedRows implements OnModuleInit, OnApplicationBootstrap {
  private conditions: NumberedCondition[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly database: Database,
    @Inject(migrationConfig.KEY) private readonly config: MigrationConfig,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    this.conditions = await exclusively(this.dataSource, (runner) =>
      applySetting(runner, this.config.blockedWhen),
    );
    this.database.onChangedColumn(() => this.updateConditions());
  }

  /** Called when the legacy application has renamed, dropped or retyped a column. */
  private async updateConditions(): Promise<void> {
    await exclusively(this.dataSource, async (runner) => {
      await retryOnLockTimeout(() => addOwnColumns(runner));
      await this.database.adaptToUsersTable();
      const columns = await readColumns(runner);
      const followed = this.conditions.flatMap((condition) => follow(condition, columns));
      const guessed = this.config.blockedWhen ? [] : guessConditions(columns);
      const known = new Set(followed.map(({ column }) => column));
      const conditions = [...followed, ...guessed.filter(({ column }) => !known.has(column))];
      // An earlier failed query, or another process, may have done it already.
      if (!(await isInForce(runner, conditions))) await apply(runner, conditions);
      if (JSON.stringify(conditions.map(toText)) === JSON.stringify(this.conditions.map(toText))) return;
      this.log.error('columns of blocking conditions changed', {
        before: this.conditions.map(toText),
        conditions: conditions.map(toText),
      });
      this.conditions = conditions;
    });
  }

  /** Not awaited: counting takes long on large tables. */
  onApplicationBootstrap(): void {
    const { unknownRequired } = this.database.usersTable;
    if (unknownRequired.length > 0)
      this.log.warn('sign-up is off: the users table requires columns that Usher cannot fill', {
        columns: unknownRequired,
      });
    const conditions = this.conditions.filter(({ column }) => column !== skippedColumn);
    if (conditions.length > 0) void this.report(conditions);
  }

  private async report(conditions: readonly TypedCondition[]): Promise<void> {
    const source = this.config.blockedWhen ? 'LEGACY_BLOCKED_WHEN' : 'guessed from the column';
    try {
      const text = countSql(conditions);
      const [counts = {}] = await this.database.query<Record<string, number>>({ name: '', text, patienceMs });
      for (const [index, condition] of conditions.entries())
        this.log.info('rows are blocked from signing in', {
          condition: describeCondition(condition),
          source,
          count: counts[`rows_${index}`],
        });
    } catch (error) {
      this.log.warn('failed to count blocked rows', { error });
    }
  }
}

async function applySetting(
  runner: QueryRunner,
  setting: readonly BlockedCondition[] | undefined,
): Promise<NumberedCondition[]> {
  const columns = await readColumns(runner);
  const ofTable = resolveConditions(setting, columns);
  const conditions = [...ofTable, ...(await skippedCopies(runner, columns))];
  if (await isInForce(runner, conditions)) return conditions;
  if (setting === undefined) await refuseUnlikelyGuess(runner, ofTable);
  await apply(runner, conditions);
  return conditions;
}

/** Copies of users whom a read-only source blocks or no longer has. An adopted table has no copies. */
async function skippedCopies(runner: QueryRunner, columns: Columns): Promise<NumberedCondition[]> {
  const [row] = (await runner.query('SELECT adopted_users_table AS adopted FROM usher.installation')) as {
    adopted: boolean;
  }[];
  const found = columns.get(skippedColumn);
  return row?.adopted || !found ? [] : [{ column: skippedColumn, ...found }];
}

/** Replaces the functions in their own transaction before the full count, so that they count concurrent changes. */
async function apply(runner: QueryRunner, conditions: readonly TypedCondition[]): Promise<void> {
  await retryOnLockTimeout(() => replaceFunctions(runner, conditions));
  await runner.query('SELECT usher.recount_migration()');
  await runner.query('UPDATE usher.installation SET blocked_when = $1', [
    await inForceTexts(runner, conditions),
  ]);
}

/** What the functions were made with: the conditions, and the column with the time of the confirmation if it is our own. */
async function inForceTexts(runner: QueryRunner, conditions: readonly TypedCondition[]): Promise<string[]> {
  const { confirmed_at: confirmedAt } = (await requireUsersTable(runner)).columns;
  const texts = conditions.map(toText);
  return confirmedAt === 'confirmed_at' ? texts : [...texts, `confirmed: ${confirmedAt}`];
}

const toText = (condition: TypedCondition): string => `${describeCondition(condition)} (${condition.kind})`;

async function isInForce(runner: QueryRunner, wanted: readonly TypedCondition[]): Promise<boolean> {
  const [row] = (await runner.query('SELECT blocked_when AS "inForce" FROM usher.installation')) as {
    inForce: string[] | null;
  }[];
  const texts = await inForceTexts(runner, wanted);
  return row?.inForce != null && JSON.stringify(row.inForce) === JSON.stringify(texts);
}

/** The lock waits for transactions that the old functions have counted. */
async function replaceFunctions(runner: QueryRunner, conditions: readonly TypedCondition[]): Promise<void> {
  const { confirmed_at: confirmedAt = 'confirmed_at' } = (await requireUsersTable(runner)).columns;
  const by = { conditions, confirmedAt };
  await runner.startTransaction();
  try {
    await runner.query(`SET LOCAL lock_timeout = '3s'`);
    await runner.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE');
    await runner.query(buildIsBlocked(conditions));
    await runner.query(buildCountFunction(by));
    await runner.query(buildRecountFunction(await findUsersTableName(runner), by));
    // NULL until all rows are counted, so that a killed start is repeated.
    await runner.query('UPDATE usher.installation SET blocked_when = NULL');
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

/** A renamed column keeps its number. */
const follow = (condition: NumberedCondition, columns: Columns): NumberedCondition[] =>
  [...columns]
    .filter(([column, { number }]) =>
      columns.has(condition.column) ? column === condition.column : number === condition.number,
    )
    .map(([column, found]) => ({ ...condition, column, ...found }));

/** The columns of `users`. @param runner anything that sends a query and returns its rows */
export async function readColumns(runner: Pick<QueryRunner, 'query'>): Promise<Columns> {
  const rows = (await runner.query(
    `SELECT attname AS name, attnum AS number, atttypid::regtype::text AS type, typcategory AS category
     FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
     WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped`,
  )) as { name: string; number: number; type: string; category: string }[];
  return new Map(
    rows.map(({ name, number, type, category }) => [name, { number, kind: kindOf(type, category) }]),
  );
}

/** PostgreSQL's type categories (documentation, table 52.65). Times of day and intervals are no dates. */
function kindOf(type: string, category: string): ColumnKind {
  if (category === 'B') return 'boolean';
  if (category === 'N') return 'number';
  return type === 'date' || type.startsWith('timestamp') ? 'date' : 'text';
}

/** @throws StartError for a missing column */
export const resolveConditions = (
  setting: readonly BlockedCondition[] | undefined,
  columns: Columns,
): NumberedCondition[] => (setting ? typed(setting, columns) : guessConditions(columns));

function typed(setting: readonly BlockedCondition[], columns: Columns): NumberedCondition[] {
  return setting.map((condition) => {
    const found = columns.get(condition.column);
    if (found === undefined)
      throw new StartError(
        `LEGACY_BLOCKED_WHEN names the column "${condition.column}", which the table "users" does not have`,
      );
    return { ...condition, ...found };
  });
}

const countSql = (conditions: readonly TypedCondition[]): string => {
  const counts = conditions.map(
    (condition, index) => `count(*) FILTER (WHERE ${isBlockedSql('users.*', [condition])}) AS rows_${index}`,
  );
  return `SELECT ${['count(*) AS rows', ...counts].join(', ')} FROM users`;
};

async function refuseUnlikelyGuess(
  runner: QueryRunner,
  conditions: readonly TypedCondition[],
): Promise<void> {
  if (conditions.length === 0) return;
  const [counts = {}] = (await runner.query(countSql(conditions))) as Record<string, string | number>[];
  const rows = Number(counts.rows);
  const unlikely = conditions.findIndex((_, index) => Number(counts[`rows_${index}`]) > rows / 2);
  const condition = conditions[unlikely];
  if (rows < manyRows || condition === undefined) return;
  throw new StartError(
    `The column "${condition.column}" of "users" would block ${counts[`rows_${unlikely}`]} of ${rows} people. ` +
      'Set LEGACY_BLOCKED_WHEN to the conditions under which a person may not sign in, such as ' +
      `"${describeCondition(condition)}", or to "none"`,
  );
}
