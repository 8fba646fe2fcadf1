import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config.js';
import { BlockedRows } from './blocked-rows.js';
import { dataSourceOptions } from './data-source-options.js';
import { Database } from './database.js';
import { openMigratedDataSource } from './migrate.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Config],
      useFactory: (config: Config) => ({ ...dataSourceOptions(config.databaseUrl), retryAttempts: 0 }),
      dataSourceFactory: openMigratedDataSource,
    }),
  ],
  providers: [BlockedRows, Database],
  exports: [Database],
})
export class DatabaseModule {}
