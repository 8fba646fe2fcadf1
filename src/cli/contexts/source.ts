import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { readNamespaces } from '../../common/config/config-namespace.js';
import { type LegacySourceConfig, legacySourceConfig } from '../../common/config/legacy-source.config.js';
import { type LegacyRowsConfig, legacyRowsConfig } from '../../common/config/migration.config.js';
import { type DatabaseConfig, databaseConfig } from '../../common/config/servers.config.js';
import { secretsConfig } from '../../common/config/sessions.config.js';
import { CryptoModule } from '../../common/crypto/crypto.module.js';
import { Database } from '../../common/database/database.js';
import { Log } from '../../common/logging/log.js';
import { LegacyCopies } from '../../legacy/copies.repository.js';
import { legacySource } from '../../legacy/legacy-accounts.js';
import type { ReadOnlySource } from '../../legacy/mapping.js';
import { openSource } from '../../legacy/open-source.js';
import { SourceSyncId, SourceSyncState } from '../../legacy/source-sync.entity.js';
import { SourceSync, type SyncOptions, type SyncResult } from '../../legacy/source-sync.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { inContextOf } from './command-context.js';
import { requireSource } from './source-check.js';

/** A sync that a signal ends after the current page. */
@Injectable()
export class InterruptibleSync implements BeforeApplicationShutdown, OnApplicationShutdown {
  private running: Promise<unknown> | undefined;

  constructor(
    private readonly sync: SourceSync,
    private readonly database: Database,
    @Inject(legacySourceConfig.KEY) private readonly config: LegacySourceConfig,
    @Inject(legacySource) private readonly source: ReadOnlySource,
  ) {}

  /**
   * @returns `undefined` while another process syncs
   * @throws CommandError, SourceError before anything is written; AppError `legacy.unavailable`
   */
  async run(io: Io, options: SyncOptions): Promise<SyncResult | undefined> {
    await this.refuseOtherSource();
    await this.source.prepare();
    const running = this.sync.run(options);
    this.running = running.catch(() => undefined);
    try {
      return await running;
    } catch (error) {
      if (!this.sync.isStopped) throw error;
      io.err('Stopped. The next run continues after the last page.\n');
      // The signal ends the process.
      return new Promise(() => undefined);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.sync.stop();
    await this.running;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source.close();
  }

  /** The people of one source would be gone from another. */
  private async refuseOtherSource(): Promise<void> {
    const [row] = await this.database.query<{ adopted: boolean; source: string | null }>({
      name: '',
      text: 'SELECT adopted_users_table AS adopted, legacy_source AS source FROM usher.installation',
    });
    if (row?.adopted)
      throw new CommandError(
        'This installation has adopted the table "users": there is nothing to copy. Unset LEGACY_SOURCE.',
        exitStatus.usage,
      );
    if (row?.source !== this.config.source)
      throw new CommandError(
        `LEGACY_SOURCE is ${this.config.source} here, but ${row?.source == null ? 'was unset' : `was ${row.source}`} at the last start of the API. ` +
          'Set the same value here, or start the API with the new one first.',
        exitStatus.usage,
      );
  }
}

/** Without the job of `LegacyModule`. */
@Module({
  imports: [TypeOrmModule.forFeature([SourceSyncId, SourceSyncState]), CryptoModule],
  providers: [
    LegacyCopies,
    SourceSync,
    InterruptibleSync,
    {
      provide: legacySource,
      inject: [legacySourceConfig.KEY, legacyRowsConfig.KEY, databaseConfig.KEY, Log],
      useFactory: (config: LegacySourceConfig, rows: LegacyRowsConfig, { url }: DatabaseConfig, log: Log) =>
        openSource(config, url, rows, log),
    },
  ],
})
export class SourceCommandsModule {}

const namespaces = { secrets: secretsConfig, legacySource: legacySourceConfig, legacyRows: legacyRowsConfig };

const withSync = inContextOf(SourceCommandsModule, InterruptibleSync, namespaces);

/** @throws ConfigurationError, CommandError, AppError `legacy.unavailable` */
export async function syncSource(io: Io, options: SyncOptions): Promise<SyncResult | undefined> {
  requireSource(
    readNamespaces({ ...namespaces, database: databaseConfig }, io.variables()).legacySource.source,
  );
  return withSync(io, (sync) => sync.run(io, options));
}
