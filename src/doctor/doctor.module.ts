import { type DynamicModule, Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { PoolSettingsReader } from '../cognito/pool-settings.reader.js';
import { TriggerFunctionReader } from '../cognito/trigger-function.reader.js';
import type { Config } from '../common/config/config.js';
import { Database } from '../common/database/database.js';
import type { FactSources } from './facts.js';
import { factSources, StartCheck } from './start-check.job.js';

/** The short form of `usher doctor` at every start. */
@Module({ imports: [CognitoModule] })
export class DoctorModule {
  static register(settings: Config): DynamicModule {
    return {
      module: DoctorModule,
      providers: [
        {
          provide: factSources,
          inject: [PoolSettingsReader, TriggerFunctionReader, Database],
          useFactory: (
            pool: PoolSettingsReader,
            functions: TriggerFunctionReader,
            database: Database,
          ): FactSources => ({
            ...{ settings, pool, functions },
            query: (text, values) => database.query({ name: '', text }, values),
          }),
        },
        StartCheck,
      ],
    };
  }
}
