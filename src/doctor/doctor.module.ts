import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
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
import { UntrustedProxy } from './untrusted-proxy.entity.js';

/** The short form of `usher doctor` at every start. */
@Module({ imports: [CognitoModule, LegacyModule, TypeOrmModule.forFeature([UntrustedProxy])] })
export class DoctorModule {
  static register(settings: Config): DynamicModule {
    return {
      module: DoctorModule,
      providers: [
        {
          provide: factSources,
          inject: [ModuleRef],
          useFactory: (modules: ModuleRef) => () => sourcesOf(settings, modules),
        },
        StartCheck,
        UntrustedProxies,
      ],
    };
  }
}

/** After the start: `ModuleRef` returns providers that are not constructed yet, too. */
function sourcesOf(settings: Config, modules: ModuleRef): FactSources {
  const get = <Provider>(token: Type<Provider> | symbol): Provider => modules.get(token, { strict: false });
  const [database, clock] = [get(Database), get(CognitoClock)];
  return {
    settings,
    pool: get(PoolSettingsReader),
    functions: get(TriggerFunctionReader),
    query: (text, values) => database.query({ name: '', text }, values),
    legacySource: async () => get<ReadOnlySource | undefined>(legacySource),
    findCandidates: () => findCandidates(get(DataSource)),
    cognitoTime: () => {
      const [earliest, latest] = [clock.earliest(), clock.now()];
      return earliest === undefined || latest === undefined ? undefined : { earliest, latest };
    },
  };
}
