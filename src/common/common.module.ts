import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from './clock/clock.js';
import { type DatabaseConfig, databaseConfig } from './config/servers.config.js';
import { dataSourceOptions, openDataSource, type PrepareDataSource } from './database/data-source.js';
import { Database } from './database/database.js';

/** What the API and every command use: configuration, database and clock. */
@Global()
@Module({ providers: [Clock, Database], exports: [Clock, Database] })
export class CommonModule {
  /** @param config namespaces by name; each is injected by its `KEY` */
  static register(config: { database: DatabaseConfig }, prepare: PrepareDataSource): DynamicModule {
    const load = Object.entries(config).map(([name, namespace]) => registerAs(name, () => namespace));
    return {
      module: CommonModule,
      imports: [
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, ignoreEnvVars: true, load }),
        TypeOrmModule.forRootAsync({
          inject: [databaseConfig.KEY],
          useFactory: ({ url }: DatabaseConfig) => ({
            ...dataSourceOptions(url),
            autoLoadEntities: true,
            retryAttempts: 0,
          }),
          dataSourceFactory: (options) => openDataSource(options, prepare),
        }),
      ],
    };
  }
}
