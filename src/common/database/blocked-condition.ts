/** A condition on a column of the adopted table that blocks a row. */
export interface BlockedCondition {
  column: string;
  /** Blocks if the column is not set. */
  negated?: true;
  /** Compared as text. */
  equals?: string;
}

/** Determines how the values of a column are read as true or false. */
export type ColumnKind = 'boolean' | 'date' | 'number' | 'text';

/** A condition and the kind of its column. */
export type TypedCondition = BlockedCondition & { kind: ColumnKind };

const dates = [
  'deleted',
  'discarded',
  'archived',
  'banned',
  'blocked',
  'suspended',
  'disabled',
  'deactivated',
];
const whenFalse = ['active', 'enabled'];
const whenTrue = ['banned', 'blocked', 'suspended', 'disabled', 'deleted'];

const withPrefix = (names: readonly string[]) => [...names, ...names.map((name) => `is_${name}`)];

const guesses: readonly TypedCondition[] = [
  ...dates.map((name): TypedCondition => ({ column: `${name}_at`, kind: 'date' })),
  ...withPrefix(whenFalse).map((column): TypedCondition => ({ column, kind: 'boolean', negated: true })),
  ...withPrefix(whenTrue).map((column): TypedCondition => ({ column, kind: 'boolean' })),
];

/** The conditions of `LEGACY_BLOCKED_WHEN`, one text each: `deleted_at`, `not active`, `status=banned`. */
export function parseCondition(text: string): BlockedCondition | undefined {
  const [, negated, column = '', equals] = /^(not\s+)?([^=]+?)\s*(?:=\s*(.*))?$/is.exec(text.trim()) ?? [];
  if (column === '' || /\s/.test(column) || (negated !== undefined && equals !== undefined)) return undefined;
  return { column, ...(negated && { negated: true }), ...(equals !== undefined && { equals }) };
}

/** The inverse of `parseCondition`. */
export const describeCondition = ({ column, negated, equals }: BlockedCondition): string =>
  (negated ? 'not ' : '') + column + (equals === undefined ? '' : `=${equals}`);

/** Conditions for columns with well-known names and matching types. */
export const guessConditions = <Column extends { kind: ColumnKind }>(
  columns: ReadonlyMap<string, Column>,
): (TypedCondition & Column)[] =>
  guesses.flatMap((guess) => {
    const found = columns.get(guess.column);
    return found?.kind === guess.kind ? [{ ...guess, ...found }] : [];
  });

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const orFalse = (conditions: readonly string[]) =>
  conditions.length === 0 ? 'false' : conditions.join(' OR ');

/**
 * SQL that is true for a blocked row, else false, never NULL.
 * @param row an expression of the table's row type
 */
export function isBlockedSql(row: string, conditions: readonly TypedCondition[]): string {
  return orFalse(
    conditions.map((condition) => {
      const value = `(${row}).${quoted(condition.column)}`;
      if (condition.kind !== 'date' || condition.equals !== undefined)
        return testOf(condition, `${value}::text`);
      // The session time zone is UTC, so a column without a time zone is read as UTC.
      return negateIf(condition, `coalesce(${value}::timestamptz <= now(), false)`);
    }),
  );
}

/** The function that statements call. PostgreSQL inlines it. */
export const buildIsBlocked = (conditions: readonly TypedCondition[]): string =>
  `CREATE OR REPLACE FUNCTION usher.is_blocked(users) RETURNS boolean LANGUAGE sql STABLE
     AS $function$ SELECT ${isBlockedSql('$1', conditions)} $function$`;

/** The columns that `isBlockedOfTextsSql` reads as text: quoted column of the table by name in the expression. */
export const textColumns = (conditions: readonly TypedCondition[]): Record<string, string> =>
  Object.fromEntries(conditions.map(({ column }, index) => [`usher_blocked_${index}`, quoted(column)]));

/**
 * Like `isBlockedSql` for columns read as text, so that it works after a change of a column's type. A future date counts as set,
 * because a count must not depend on its time.
 */
export const isBlockedOfTextsSql = (conditions: readonly TypedCondition[]): string =>
  orFalse(conditions.map((condition, index) => testOf(condition, `usher_blocked_${index}`)));

const negateIf = ({ negated }: BlockedCondition, isSet: string) => (negated ? `NOT ${isSet}` : isSet);

/** NULL never blocks. Booleans, numbers and words are read alike, so that a change of the type keeps the meaning. */
function testOf({ kind, negated, equals }: TypedCondition, text: string): string {
  if (equals !== undefined) return `coalesce(${text} = ${literal(equals)}, false)`;
  if (kind === 'date' || kind === 'text')
    return `${negated ? 'NOT ' : ''}(btrim(coalesce(${text}, '')) <> '')`;
  const isFalse = `(lower(${text}) IN ('false', 'f', 'no', 'n', 'off') OR ${text} ~ '^-?0*(\\.0*)?$')`;
  return `coalesce(${negated ? isFalse : `NOT ${isFalse}`}, false)`;
}
