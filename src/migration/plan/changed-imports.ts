import { hashCounts, tableDiffers } from '../../users/imported-users.sql.js';

/** The database may be one on which Usher, or a release with imports, has not started yet. */
const isInstalled = `
  SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('usher.imports') AND attname = 'changed_at'`;

/** Of an adopted table as it is now; of a read-only source as the last sync found it. */
const changed = `
  SELECT CASE WHEN adopted_users_table THEN users.id::text ELSE users.usher_legacy_id END AS id
  FROM usher.installation, usher.imports JOIN users ON ${hashCounts}
  WHERE CASE WHEN adopted_users_table THEN ${tableDiffers} ELSE imports.changed_at IS NOT NULL END`;

/** As in `Database`: Usher's own table may be beside one of another application. */
const findTable = `
  SELECT set_config('search_path', 'usher, ' || current_setting('search_path'), false) WHERE to_regclass('usher.users') IS NOT NULL`;

/** @returns ids at the source of users who were imported, have not signed in, and have another hash since */
export async function findChangedImports(query: (text: string) => Promise<object[]>): Promise<string[]> {
  if ((await query(isInstalled)).length === 0) return [];
  await query(findTable);
  return ((await query(changed)) as { id: string }[]).map(({ id }) => id);
}
