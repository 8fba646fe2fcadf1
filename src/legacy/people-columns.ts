import { isEmailAddress } from '#contracts';
import { detectScheme } from '#password-hashes';

/** Rows of a table that decide where names do not. */
export const sampleRows = 200;

const emailNames = /e_?-?mail|^mail$/i;
const hashNames =
  /^(?!.*(?:token|hint|reset|question|salt|changed|expire)).*(?:passw|pwd|^pass$|_pass$|crypted_?pw)/i;

export const isEmailName = (column: string): boolean => emailNames.test(column);

/**
 * Which columns hold addresses and password hashes, by their names or by a sample of their values.
 * @param columns text columns
 * @param rows `undefined`: could not be read, so only names decide; a table without rows has neither
 */
export function findPeopleColumns(
  columns: readonly string[],
  rows: readonly Record<string, string | null>[] | undefined,
): { emailColumn?: string | undefined; hashColumn?: string | undefined } {
  if (rows?.length === 0) return {};
  const mostly = (test: (value: string) => boolean) => (column: string) => {
    const values = (rows ?? []).map((row) => row[column] ?? '').filter((value) => value.trim() !== '');
    return values.length > 0 && values.filter(test).length > values.length / 2;
  };
  const emailColumn = columns.find(isEmailName) ?? columns.find(mostly(isEmailAddress));
  const hashColumn =
    columns.find((column) => column !== emailColumn && hashNames.test(column)) ??
    columns.find(mostly((value) => detectScheme(value) !== undefined));
  return { emailColumn, hashColumn };
}
