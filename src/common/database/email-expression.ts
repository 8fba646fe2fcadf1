/**
 * The SQL expression by which addresses are compared: trimmed, in Unicode lower case. `lower()` folds only ASCII in a database with
 * the C locale, so the collation is named (ICU, root locale). Uses only built-in functions, so that Rails's `schema.rb` keeps the
 * index.
 */
export function emailExpression(sql: string): string {
  return `lower(btrim(${sql}, E' \\t\\n\\r\\f\\x0B') COLLATE "und-x-icu")`;
}

/** The digest of a deleted address. The key has a fixed length, so that key and address are unambiguous. */
export const emailDigest = (sql: string): string =>
  `sha256((SELECT erasure_key FROM usher.installation) || convert_to(${emailExpression(sql)}, 'UTF8'))`;

/** Whether the address in `sql` equals one in the text array `spellings`; uses the index over the address. */
export const isSpelling = (sql: string, spellings: string): string =>
  `${emailExpression(sql)} = ANY (ARRAY(SELECT ${emailExpression('spelling')} FROM unnest(${spellings}::text[]) AS spelling))`;
