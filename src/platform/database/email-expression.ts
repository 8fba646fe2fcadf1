/**
 * How addresses are compared in SQL: without outer white space, in lower case as Unicode has it. PostgreSQL's own
 * `lower()` knows only ASCII in a database with the C locale, so the collation is named (ICU, root locale).
 *
 * Built-in functions only, so that the index over this expression survives Rails's `schema.rb`.
 */
export function emailExpression(sql: string): string {
  return `lower(btrim(${sql}, E' \\t\\n\\r\\f\\x0B') COLLATE "und-x-icu")`;
}
