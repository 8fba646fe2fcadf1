import type { LegacyUser } from '../../legacy/legacy-source.js';
import { type AttributeSettings, sentAttributes, type ValueOf } from '../plan/pool-attributes.js';

/** Columns that are no attributes. `cognito:mfa_enabled` stays blank: as the pool requires. */
const username = 'cognito:username';
const passwordHash = 'password_hash';

/** Cognito's limit for a line, in characters. */
const longestLine = 16_000;

/**
 * What a cell cannot hold: line terminators of any reader, which would forge a row; other control characters; quotes, which Cognito
 * does not accept; backslashes, because only that of a comma is documented.
 */
const unwritable = /[\p{Cc}\u2028\u2029"\\]/u;

export type CsvLine = (user: LegacyUser, email: string, hash: string) => string | undefined;

/** The pool has not what a line needs. */
export class HeaderError extends Error {}

/**
 * @param columns the pool's header
 * @returns the header, and a function that writes the line of a user (with the attributes that the Lambda would send), `undefined` if
 * a value cannot be written
 * @throws HeaderError if the pool has no such attribute or column
 */
export function csvWriter(
  columns: readonly string[],
  settings: AttributeSettings,
): { header: string; line: CsvLine } {
  const attributes = sentAttributes(settings);
  const missing = [username, 'email', 'email_verified', ...attributes.keys()].find(
    (name) => !columns.includes(name),
  );
  if (missing !== undefined)
    throw new HeaderError(
      missing === settings.legacyIdAttribute
        ? `The pool has no attribute ${missing}. Add it, or set LEGACY_ID_ATTRIBUTE to the value that the migration Lambda has (empty: off).`
        : `The pool's header for import files has no column ${missing}. Remove it from USER_ATTRIBUTES, or add it to the pool.`,
    );
  // The column of the hash is a part of the template of pools that import hashes.
  const all = columns.includes(passwordHash) ? columns : [...columns, passwordHash];
  // Most columns are empty in every line: each cell is written with the separators before it.
  const cells: { separators: string; cell: Cell }[] = [];
  let separators = '';
  for (const [index, name] of all.entries()) {
    if (index > 0) separators += ',';
    const cell = cellOf(name, attributes);
    if (cell === undefined) continue;
    cells.push({ separators, cell });
    separators = '';
  }
  return {
    header: all.join(','),
    line: (user, email, hash) => {
      let line = '';
      let hasCommas = false;
      for (const { separators: before, cell } of cells) {
        const text = cell(user, email, hash) ?? '';
        line += before + text;
        hasCommas ||= text.includes(',');
      }
      line += separators;
      if (unwritable.test(line) || !line.isWellFormed()) return undefined;
      // Few lines have commas in a cell, and those are written once more.
      if (hasCommas)
        line =
          cells.map(({ separators: before, cell }) => before + escaped(cell(user, email, hash))).join('') +
          separators;
      return line.length > longestLine ? undefined : line;
    },
  };
}

type Cell = (user: LegacyUser, email: string, hash: string) => string | null;

/** @returns `undefined` for a column that is empty in every line */
function cellOf(name: string, attributes: ReadonlyMap<string, ValueOf>): Cell | undefined {
  if (name === username) return (_user, email) => email;
  if (name === passwordHash) return (_user, _email, hash) => hash;
  const value = attributes.get(name);
  return value && name === 'birthdate' ? (user, email) => americanDate(value(user, email)) : value;
}

const escaped = (text: string | null): string => text?.replaceAll(',', '\\,') ?? '';

/** The files have other dates than the API: `mm/dd/yyyy`. */
const americanDate = (date: string | null): string | null =>
  date?.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$2/$3/$1') ?? null;
