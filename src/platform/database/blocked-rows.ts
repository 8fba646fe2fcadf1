import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryRunner } from 'typeorm';
import { Config } from '../config/config.js';
import { StartError } from '../errors/start-error.js';
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
import { exclusively, unlessBusy } from './migrate.js';
import { countChanges, countEverybody } from './migration-counts.sql.js';
import { findUsersTableName } from './migrations/users-table-name.js';

/** The columns of `users` by name. A number is PostgreSQL's `attnum`. */
type Columns = ReadonlyMap<string, { number: number; kind: ColumnKind }>;
type NumberedCondition = TypedCondition & { number: number };

/** A guess that would block more than half of so many people is more likely wrong than right. */
const manyPeople = 100;

/** Counting reads the whole table. */
const patienceMs = 600_000;

/**
 * Puts the conditions of `LEGACY_BLOCKED_WHEN` in force for all processes, or those that the columns of `users` suggest,
 * and names them in the log.
 * @throws StartError for a column that the table lacks, and for a guess that would block most people
 */
@Injectable()
export class BlockedRows implements OnModuleInit, OnApplicationBootstrap {
  private conditions: NumberedCondition[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    this.conditions = await exclusively(this.dataSource, (runner) =>
      applySetting(runner, this.config.migration.blockedWhen),
    );
    this.database.onChangedColumn(() => this.followColumns());
  }

  /** The old application renamed or dropped a column, or changed its type. */
  private async followColumns(): Promise<void> {
    await exclusively(this.dataSource, async (runner) => {
      const columns = await readColumns(runner);
      const followed = this.conditions.flatMap((condition) => follow(condition, columns));
      const guessed = this.config.migration.blockedWhen ? [] : guessConditions(columns);
      const known = new Set(followed.map(({ column }) => column));
      const conditions = [...followed, ...guessed.filter(({ column }) => !known.has(column))];
      // Another query failed before, and its repair is done.
      if (JSON.stringify(conditions.map(toText)) === JSON.stringify(this.conditions.map(toText))) return;
      await apply(runner, conditions);
      this.log.error('columns of blocking conditions changed', {
        before: this.conditions.map(toText),
        conditions: conditions.map(toText),
      });
      this.conditions = conditions;
    });
  }

  /** Not awaited: counting takes a while on a large table, and nothing depends on it. */
  onApplicationBootstrap(): void {
    if (this.conditions.length > 0) void this.report();
  }

  private async report(): Promise<void> {
    const source = this.config.migration.blockedWhen ? 'LEGACY_BLOCKED_WHEN' : 'guessed from the column';
    try {
      const text = countSql(this.conditions);
      const [counts = {}] = await this.database.query<Record<string, number>>({ name: '', text, patienceMs });
      for (const [index, condition] of this.conditions.entries())
        this.log.info('rows are blocked from signing in', {
          condition: describeCondition(condition),
          source,
          count: counts[`rows_${index}`],
        });
    } catch (error) {
      this.log.warn('blocked rows were not counted', { error });
    }
  }
}

async function applySetting(
  runner: QueryRunner,
  setting: readonly BlockedCondition[] | undefined,
): Promise<NumberedCondition[]> {
  const columns = await readColumns(runner);
  const conditions = setting ? typed(setting, columns) : guessConditions(columns);
  if (await isInForce(runner, conditions)) return conditions;
  if (setting === undefined) await refuseUnlikelyGuess(runner, conditions);
  await apply(runner, conditions);
  return conditions;
}

/** Functions first, in a transaction of their own, then a full count: what changes meanwhile is counted by the new ones. */
async function apply(runner: QueryRunner, conditions: readonly TypedCondition[]): Promise<void> {
  await unlessBusy(() => replaceFunctions(runner, conditions));
  await runner.query('SELECT usher.recount_migration()');
  await runner.query('UPDATE usher.installation SET blocked_when = $1', [conditions.map(toText)]);
}

const toText = (condition: TypedCondition): string => `${describeCondition(condition)} (${condition.kind})`;

async function isInForce(runner: QueryRunner, wanted: readonly TypedCondition[]): Promise<boolean> {
  const [row] = (await runner.query('SELECT blocked_when AS "inForce" FROM usher.installation')) as {
    inForce: string[] | null;
  }[];
  return row?.inForce != null && JSON.stringify(row.inForce) === JSON.stringify(wanted.map(toText));
}

/** The lock waits for writers that were counted by the old functions. */
async function replaceFunctions(runner: QueryRunner, conditions: readonly TypedCondition[]): Promise<void> {
  await runner.startTransaction();
  try {
    await runner.query(`SET LOCAL lock_timeout = '3s'`);
    await runner.query('LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE');
    await runner.query(buildIsBlocked(conditions));
    await runner.query(countChanges(conditions));
    await runner.query(countEverybody(await findUsersTableName(runner), conditions));
    // Until everybody is counted, a start that was killed begins again.
    await runner.query('UPDATE usher.installation SET blocked_when = NULL');
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

/** A column keeps its number when it is renamed. */
const follow = (condition: NumberedCondition, columns: Columns): NumberedCondition[] =>
  [...columns]
    .filter(([column, { number }]) =>
      columns.has(condition.column) ? column === condition.column : number === condition.number,
    )
    .map(([column, found]) => ({ ...condition, column, ...found }));

async function readColumns(runner: QueryRunner): Promise<Columns> {
  const rows = (await runner.query(
    `SELECT attname AS name, attnum AS number, atttypid::regtype::text AS type, typcategory AS category
     FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
     WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped`,
  )) as { name: string; number: number; type: string; category: string }[];
  return new Map(
    rows.map(({ name, number, type, category }) => [name, { number, kind: kindOf(type, category) }]),
  );
}

/** Type categories of PostgreSQL (table 52.65 of its documentation). A time of the day or an interval is no date. */
function kindOf(type: string, category: string): ColumnKind {
  if (category === 'B') return 'boolean';
  if (category === 'N') return 'number';
  return type === 'date' || type.startsWith('timestamp') ? 'date' : 'text';
}

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
  if (rows < manyPeople || condition === undefined) return;
  throw new StartError(
    `The column "${condition.column}" of "users" would block ${counts[`rows_${unlikely}`]} of ${rows} people. ` +
      'Set LEGACY_BLOCKED_WHEN to the conditions under which a person may not sign in, such as ' +
      `"${describeCondition(condition)}", or to "none"`,
  );
}
