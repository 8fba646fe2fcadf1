import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamicModule, Global, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { CommonModule } from '../../common/common.module.js';
import { type ConfigNamespace, readNamespaces } from '../../common/config/config-namespace.js';
import { legacySourceConfig } from '../../common/config/legacy-source.config.js';
import { type DatabaseConfig, databaseConfig } from '../../common/config/servers.config.js';
import { Database } from '../../common/database/database.js';
import { Log } from '../../common/logging/log.js';
import { refuseUnreadPeople } from '../../legacy/candidates.js';
import { CommandError, type Io } from '../command.js';
import { OperatorLog } from './operator-log.js';

/** The root module of a command. `feature` has no jobs, so that none starts. */
@Global()
@Module({})
export class CliModule {
  static register(io: Io, config: { database: DatabaseConfig }, feature: Type): DynamicModule {
    return {
      module: CliModule,
      imports: [CommonModule.register(config, (dataSource) => requireSchema(dataSource, io)), feature],
      providers: [{ provide: Log, useValue: new OperatorLog(io) }],
      exports: [Log],
    };
  }
}

/** Runs `work` with a service, in an application context that is closed at the end. */
export type WithService<Service> = <Result>(
  io: Io,
  work: (service: Service) => Promise<Result>,
) => Promise<Result>;

/**
 * @param namespaces what the feature needs besides `database`
 * @returns a function that throws ConfigurationError if a variable is missing, CommandError if the database has no schema
 */
export const inContextOf =
  <Service>(
    feature: Type,
    service: Type<Service>,
    namespaces: Record<string, ConfigNamespace<object>> = {},
  ): WithService<Service> =>
  async (io, work) => {
    const config = readNamespaces({ ...namespaces, database: databaseConfig }, io.variables());
    const module = CliModule.register(io, config, feature);
    const context = await NestFactory.createApplicationContext(module, {
      logger: false,
      abortOnError: false,
    });
    const ignoreSignals = closeOnSignal(context);
    try {
      return await work(context.get(service));
    } finally {
      await context.close();
      ignoreSignals();
    }
  };

/**
 * Only the API creates and migrates the schema.
 * @throws StartError if the API would refuse to, too
 */
async function requireSchema(dataSource: DataSource, io: Io): Promise<void> {
  const text = `SELECT to_regclass('usher.installation') IS NOT NULL AS found`;
  const [row] = await new Database(dataSource).query<{ found: boolean }>({ name: '', text });
  if (row?.found) return;
  await refuseUnreadPeople(dataSource, legacySourceConfig.read(io.variables()).source);
  throw new CommandError('The database has no Usher schema. Start the API on it once.');
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds. A statement or a request in progress delays the end of a connection. */
const closeTimeout = 1000;

/** At a signal, closes the context; then the signal ends the process. A second signal ends it at once. */
function closeOnSignal(context: INestApplicationContext): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    const closed = Promise.race([context.close(), sleep(closeTimeout, undefined, { ref: false })]);
    void closed.finally(() => process.kill(process.pid, signal));
  };
  for (const signal of signals) process.once(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
