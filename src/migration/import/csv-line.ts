import type { LegacyUser } from '../../legacy/legacy-source.js';
import { type AttributeSettings, sentAttributes } from '../plan/pool-attributes.js';

/** Columns that are no attributes. */
const username = 'cognito:username';
const mfaEnabled = 'cognito:mfa_enabled';
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
  const cells = all.map((name): ((user: LegacyUser, email: string, hash: string) => string | null) => {
    if (name === username) return (_user, email) => email;
    // Blank: as the pool requires.
    if (name === mfaEnabled) return () => null;
    if (name === passwordHash) return (_user, _email, hash) => hash;
    const value = attributes.get(name);
    if (value === undefined) return () => null;
    return name === 'birthdate' ? (user, email) => americanDate(value(user, email)) : value;
  });
  return {
    header: all.join(','),
    line: (user, email, hash) => {
      let line = '';
      for (const [index, cell] of cells.entries()) {
        const text = cell(user, email, hash) ?? '';
        if (unwritable.test(text)) return undefined;
        line += `${index === 0 ? '' : ','}${text.includes(',') ? text.replaceAll(',', '\\,') : text}`;
      }
      return line.length > longestLine || !line.isWellFormed() ? undefined : line;
    },
  };
}

/** The files have other dates than the API: `mm/dd/yyyy`. */
const americanDate = (date: string | null): string | null =>
  date?.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$2/$3/$1') ?? null;
