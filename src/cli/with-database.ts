import { databaseConfig } from '../common/config/servers.config.js';
import { dataSourceOptions, openDataSource } from '../common/database/data-source.js';
import { Database } from '../common/database/database.js';
import { AuditEntry } from '../users/audit-entry.entity.js';
import { User } from '../users/user.entity.js';
import { AcmeAccount, AcmeChallenge, Certificate } from '../acme/persistence/acme.entities.js';
import { OutboxMail } from '../mail/outbox-mail.entity.js';
import { PoolListing } from '../migration/persistence/pool-listing.entity.js';
import { ConfirmationEntity, ConfirmationRevocation } from '../users/confirmation.entities.js';
import { CommandError, type Io } from './command.js';

/**
 * Runs `work` on the API's database. Only the API creates and migrates the schema.
 * @throws ConfigurationError if DATABASE_URL is missing, CommandError if the database has no schema
 */
export async function withDatabase<T>(io: Io, work: (database: Database) => Promise<T>): Promise<T> {
  const { url } = databaseConfig.read(io.variables());
  const entities = [
    AcmeAccount,
    AcmeChallenge,
    AuditEntry,
    Certificate,
    ConfirmationEntity,
    ConfirmationRevocation,
    OutboxMail,
    PoolListing,
    User,
  ];
  const dataSource = await openDataSource({ ...dataSourceOptions(url), entities });
  try {
    const database = new Database(dataSource);
    const installation = await database.queryOne<{ found: boolean }>(findInstallation);
    if (!installation?.found)
      throw new CommandError('The database has no Usher schema. Start the API on it once.');
    return await work(database);
  } finally {
    await dataSource.destroy();
  }
}

const findInstallation = {
  name: 'cli-find-installation',
  text: `SELECT to_regclass('usher.installation') IS NOT NULL AS found`,
};
