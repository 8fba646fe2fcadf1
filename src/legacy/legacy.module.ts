import { Inject, Module, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { StartError } from '../common/config/config-namespace.js';
import { type LegacySourceConfig, legacySourceConfig } from '../common/config/legacy-source.config.js';
import { type MigrationConfig, migrationConfig } from '../common/config/migration.config.js';
import { type DatabaseConfig, databaseConfig } from '../common/config/servers.config.js';
import { isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { LegacyCopies } from './copies.repository.js';
import { LegacyAccounts, legacySource } from './legacy-accounts.js';
import { type LegacySource, SourceError } from './legacy-source.js';
import { openSource } from './open-source.js';
import { SourceSync } from './source-sync.js';
import { SourceSyncId, SourceSyncState } from './source-sync.entity.js';
import { SourceSyncJob } from './source-sync.job.js';

const source = {
  provide: legacySource,
  inject: [legacySourceConfig.KEY, migrationConfig.KEY, databaseConfig.KEY, Log],
  useFactory: open,
};

/**
 * A source that does not answer is no reason not to start: users who have migrated do not need it.
 * @throws StartError if settings, source file and source do not fit
 */
async function open(
  config: LegacySourceConfig,
  { unlockInSeconds }: MigrationConfig,
  { url }: DatabaseConfig,
  log: Log,
): Promise<LegacySource | undefined> {
  if (config.source === undefined || config.source === 'none') return undefined;
  try {
    const opened = await openSource(config, url, { unlockInSeconds }, log);
    await opened.prepare().catch((error: unknown) => {
      if (!isAppError(error, 'legacy.unavailable')) throw error;
      log.warn('the legacy source does not answer', { error: error.cause });
    });
    return opened;
  } catch (error) {
    if (error instanceof SourceError) throw new StartError(error.problems.join('\n').replace(/\.$/, ''));
    throw error;
  }
}

@Module({
  imports: [TypeOrmModule.forFeature([SourceSyncId, SourceSyncState]), UsersModule],
  providers: [LegacyAccounts, LegacyCopies, source, SourceSync, SourceSyncJob],
  exports: [LegacyAccounts, legacySource, SourceSync],
})
export class LegacyModule implements OnApplicationShutdown {
  constructor(@Optional() @Inject(legacySource) private readonly source?: LegacySource) {}

  async onApplicationShutdown(): Promise<void> {
    await this.source?.close();
  }
}
