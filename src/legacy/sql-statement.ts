import type { Value } from './mapping.js';
import { type Bound, type ColumnInfo, type SqlDatabase, tableParts } from './sql-database.js';
import type { Equality, Place, TableLayout } from './table-layout.js';

/** Builds one statement from left to right, because values are numbered in the order in which they appear. */
export class Statement {
  readonly values: Bound[] = [];

  constructor(
    private readonly database: SqlDatabase,
    private readonly layout: TableLayout,
  ) {}

  /** Columns are `c0`, `c1`, ... in the order of the layout. Ends with a condition, to which others can be added. */
  select(...more: string[]): string {
    const columns = [...this.layout.columns.values()].map(
      (place, index) =>
        `${this.read(place, (expression) => this.database.text(expression, place.info, place.limit))} AS c${index}`,
    );
    return `SELECT ${[...columns, ...more].join(', ')} ${this.from()}`;
  }

  /** The rows after a position, in the order of the key. */
  page(after: string | undefined, limit: number): string {
    const { database } = this;
    const { info } = this.id;
    const key = this.column(main, info);
    const position = database.position?.(key) ?? database.text(key, info, 256);
    const sql = this.select(`${position} AS position`);
    return `${sql}${after === undefined ? '' : ` AND ${key} > ${this.position(after, info)}`} ORDER BY ${key} LIMIT ${limit}`;
  }

  repeatedIds(): string {
    const key = this.column(main, this.id.info);
    return `SELECT 1 AS repeated ${this.from()} GROUP BY ${key} HAVING count(*) > 1 OR ${key} IS NULL LIMIT 1`;
  }

  hasId(ids: readonly string[]): string {
    const { info } = this.id;
    return `${this.column(main, info)} IN (${this.list(ids, info)})`;
  }

  hasEmail(spellings: readonly string[]): string {
    return this.emailIs(spellings, (expression) => expression);
  }

  hasLowerEmail(spellings: readonly string[]): string {
    return this.emailIs(spellings, (expression) => `lower(${expression})`);
  }

  /** In a joined table its index is searched first. */
  private emailIs(spellings: readonly string[], wrap: (expression: string) => string): string {
    const { info, join } = this.place(this.layout.file.columns.email);
    if (!join) return `${wrap(this.column(main, info))} IN (${this.list(spellings, info)})`;
    const [[remote, local] = [], ...others] = join.on;
    if (!remote || !local) throw new TypeError('a join has no columns');
    const conditions = [
      `${wrap(this.column(join.as, info))} IN (${this.list(spellings, info)})`,
      ...others.map(([one, other]) => `${this.column(join.as, one)} = ${this.column(main, other)}`),
      ...this.equalities(join.as, join.where),
    ];
    return `${this.column(main, local)} IN (SELECT ${this.column(join.as, remote)} FROM ${this.table(join.table, join.as)} WHERE ${conditions.join(' AND ')})`;
  }

  private from(): string {
    const { table, where } = this.layout;
    return `FROM ${this.table(table, main)} WHERE ${['1 = 1', ...this.equalities(main, where)].join(' AND ')}`;
  }

  /** A joined column is a subquery, so that a person has one row whatever the joined table holds. */
  private read({ info, join }: Place, wrap: (expression: string) => string): string {
    if (!join) return wrap(this.column(main, info));
    const conditions = [
      ...join.on.map(([remote, local]) => `${this.column(join.as, remote)} = ${this.column(main, local)}`),
      ...this.equalities(join.as, join.where),
    ];
    return `(SELECT ${wrap(this.column(join.as, info))} FROM ${this.table(join.table, join.as)} WHERE ${conditions.join(' AND ')} LIMIT 1)`;
  }

  private equalities(alias: string, equalities: readonly Equality[]): string[] {
    return equalities.map(([column, value]) => this.isEqual(this.column(alias, column), column, value));
  }

  private isEqual(expression: string, column: ColumnInfo, value: Value): string {
    if (value === null) return `${expression} IS NULL`;
    return `${expression} IN (${this.list(this.database.valuesOf(value, column), column)})`;
  }

  private list(values: readonly Bound[], column: ColumnInfo): string {
    return values.map((value) => this.database.placeholder(this.values.push(value), column)).join(', ');
  }

  private position(after: string, column: ColumnInfo): string {
    const position = this.database.after?.(after);
    if (!position) return this.list([after], column);
    this.values.push(position.value);
    return position.placeholder;
  }

  private column(alias: string, { name }: ColumnInfo): string {
    return `${this.database.quote(alias)}.${this.database.quote(name)}`;
  }

  private table(table: string, alias: string): string {
    const name = tableParts(table).map((part) => this.database.quote(part));
    return `${name.join('.')} ${this.database.quote(alias)}`;
  }

  private get id(): Place {
    return this.place(this.layout.file.columns.id);
  }

  private place(column: string): Place {
    const place = this.layout.columns.get(column);
    if (!place) throw new TypeError('the layout has no such column');
    return place;
  }
}

/** No alias of a source file: those begin with a letter or underscore. */
const main = '0';
