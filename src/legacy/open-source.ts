import type { LegacySourceConfig } from '../common/config/legacy-source.config.js';
import { systemErrorCode } from '../common/errors/system-error-code.js';
import type { Log } from '../common/logging/log.js';
import { SourceError } from './legacy-source.js';
import type { MappingOptions, ReadOnlySource, SourceFile } from './mapping.js';
import { readSourceFile } from './source-file.js';
import { SourceGuard } from './source-guard.js';
import type { SqlDatabase } from './sql-database.js';
import { SqlSource } from './sql-source.js';

/** What messages need of a log. */
export type SourceLog = Pick<Log, 'error' | 'info' | 'warn'>;

/**
 * The source that LEGACY_SOURCE names. It connects when it is used; `prepare` checks it before.
 * @param config with a preset or a file as `source`, not `none`
 * @param databaseUrl of Usher, which holds the source unless LEGACY_DATABASE_URL says otherwise
 * @throws SourceError if source file or URL cannot be used
 */
export async function openSource(
  config: LegacySourceConfig,
  databaseUrl: string | undefined,
  options: MappingOptions,
  log: SourceLog,
): Promise<ReadOnlySource> {
  if (config.source === undefined || config.source === 'none')
    throw new SourceError(['LEGACY_SOURCE is not set to a preset or a source file']);
  const url = config.databaseUrl ?? databaseUrl;
  if (url === undefined) throw new SourceError(['LEGACY_DATABASE_URL is not set']);
  const file = await readSourceFile(config.source, !url.startsWith('csv:'));
  return openSourceFile(file, url, options, log);
}

export async function openSourceFile(
  file: SourceFile,
  url: string,
  options: MappingOptions,
  log: SourceLog,
): Promise<ReadOnlySource> {
  if (url.startsWith('csv:')) {
    const { CsvSource, problemOfCsv } = await import('./csv-source.js');
    return new CsvSource(file, pathOf(url), new SourceGuard(log, problemOfCsv), options);
  }
  const database = await openDatabase(url);
  return new SqlSource(file, database, new SourceGuard(log, (error) => database.problemOf(error)), options);
}

/** Drivers are loaded when a source needs them. */
const databases: Record<string, (url: string) => Promise<SqlDatabase>> = {
  postgres: async (url) => new (await import('./readers/postgres.js')).PostgresDatabase(url),
  mysql: async (url) => new (await import('./readers/mysql.js')).MysqlDatabase(url),
  sqlite: async (url) => new (await import('./readers/sqlite.js')).SqliteDatabase(pathOf(url)),
};

/** Of `sqlite:people.db`, `sqlite:/srv/people.db` and `sqlite:///srv/people.db`. */
export const pathOf = (url: string): string => url.slice(url.indexOf(':') + 1).replace(/^\/\/(?=\/)/, '');

/** @throws SourceError without the URL, which has a password */
export async function openDatabase(url: string): Promise<SqlDatabase> {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  const open = databases[{ postgresql: 'postgres', mariadb: 'mysql' }[scheme] ?? scheme];
  if (!open)
    throw new SourceError(['LEGACY_DATABASE_URL must begin with postgres:, mysql:, sqlite: or csv:']);
  try {
    return await open(url);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const code = systemErrorCode(error) ?? 'unknown error';
    throw new SourceError([
      code === 'ERR_MODULE_NOT_FOUND'
        ? `The driver for ${scheme}: is not installed. Run "npm ci".`
        : `LEGACY_DATABASE_URL cannot be used (${code})`,
    ]);
  }
}
