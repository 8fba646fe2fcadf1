import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CognitoClock } from '../cognito/cognito-clock.js';
import { CognitoModule } from '../cognito/cognito.module.js';
import { PoolSettingsReader } from '../cognito/pool-settings.reader.js';
import { TriggerFunctionReader } from '../cognito/trigger-function.reader.js';
import type { Config } from '../common/config/config.js';
import { Database } from '../common/database/database.js';
import { findCandidates } from '../legacy/candidates.js';
import { legacySource } from '../legacy/legacy-accounts.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import type { ReadOnlySource } from '../legacy/mapping.js';
import type { FactSources } from './facts.js';
import { factSources, StartCheck } from './start-check.job.js';
import { UntrustedProxies } from './untrusted-proxies.job.js';

/** The short form of `usher doctor` at every start. */
@Module({ imports: [CognitoModule, LegacyModule] })
export class DoctorModule {
  static register(settings: Config): DynamicModule {
    return {
      module: DoctorModule,
      providers: [
        {
          provide: factSources,
          inject: [
            PoolSettingsReader,
            TriggerFunctionReader,
            Database,
            getDataSourceToken(),
            CognitoClock,
            { token: legacySource, optional: true },
          ],
          useFactory: (
            pool: PoolSettingsReader,
            functions: TriggerFunctionReader,
            database: Database,
            dataSource: DataSource,
            clock: CognitoClock,
            source: ReadOnlySource | undefined,
          ): FactSources => ({
            ...{ settings, pool, functions },
            query: (text, values) => database.query({ name: '', text }, values),
            legacySource: async () => source,
            findCandidates: () => findCandidates(dataSource),
            cognitoTime: () => {
              const [earliest, latest] = [clock.earliest(), clock.now()];
              return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
            },
          }),
        },
        StartCheck,
        UntrustedProxies,
      ],
    };
  }
}
