import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../platform/database/data-source-options.js';
import { Database } from '../platform/database/database.js';
import { CommandError, type Io } from './command.js';
import { requireVariables } from './config/variables.js';

/**
 * Runs `work` on the API's database. Changes no schema: that is the API's own business when it starts.
 * @throws ConfigurationError when DATABASE_URL is missing, CommandError when the API never prepared this database
 */
export async function withDatabase<T>(io: Io, work: (database: Database) => Promise<T>): Promise<T> {
  const { DATABASE_URL: url } = requireVariables(io.variables(), 'DATABASE_URL');
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  try {
    const database = new Database(dataSource);
    const installation = await database.queryOne<{ found: boolean }>(findInstallation);
    if (!installation?.found)
      throw new CommandError('This database is not prepared yet. Start the API on it once.');
    return await work(database);
  } finally {
    await dataSource.destroy();
  }
}

const findInstallation = {
  name: 'cli-find-installation',
  text: `SELECT to_regclass('usher.installation') IS NOT NULL AS found`,
};
