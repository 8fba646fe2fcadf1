/**
 * How addresses are compared in SQL: without outer white space, in lower case as Unicode has it. PostgreSQL's own
 * `lower()` knows only ASCII in a database with the C locale, so the collation is named (ICU, root locale).
 *
 * Built-in functions only, so that the index over this expression survives Rails's `schema.rb`.
 */
export function emailExpression(sql: string): string {
  return `lower(btrim(${sql}, E' \\t\\n\\r\\f\\x0B') COLLATE "und-x-icu")`;
}

/** What is kept of an address that must not be readable any more. The key has a fixed length, so no key and address look like others. */
export const emailDigest = (sql: string): string =>
  `sha256((SELECT erasure_key FROM usher.installation) || convert_to(${emailExpression(sql)}, 'UTF8'))`;

/** Is the address in `sql` one of the spellings in the text array `spellings`? Finds the rows by the index over the address. */
export const isSpelling = (sql: string, spellings: string): string =>
  `${emailExpression(sql)} = ANY (ARRAY(SELECT ${emailExpression('spelling')} FROM unnest(${spellings}::text[]) AS spelling))`;
