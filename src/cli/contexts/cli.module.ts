import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { CommonModule } from '../../common/common.module.js';
import type { DatabaseConfig } from '../../common/config/servers.config.js';
import { Database } from '../../common/database/database.js';
import { Log } from '../../common/logging/log.js';
import { CommandError, type Io } from '../command.js';
import { OperatorLog } from './operator-log.js';

/** The root module of a command. `feature` has no jobs, so that none starts. */
@Global()
@Module({})
export class CliModule {
  static register(io: Io, config: { database: DatabaseConfig }, feature: Type): DynamicModule {
    return {
      module: CliModule,
      imports: [CommonModule.register(config, requireSchema), feature],
      providers: [{ provide: Log, useValue: new OperatorLog(io) }],
      exports: [Log],
    };
  }
}

const findInstallation = {
  name: 'cli-find-installation',
  text: `SELECT to_regclass('usher.installation') IS NOT NULL AS found`,
};

/** Only the API creates and migrates the schema. */
async function requireSchema(dataSource: DataSource): Promise<void> {
  const installation = await new Database(dataSource).queryOne<{ found: boolean }>(findInstallation);
  if (!installation?.found)
    throw new CommandError('The database has no Usher schema. Start the API on it once.');
}
