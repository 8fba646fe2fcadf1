import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ConfigNamespace, readNamespaces } from '../../common/config/config-namespace.js';
import { databaseConfig } from '../../common/config/servers.config.js';
import type { Io } from '../command.js';
import { CliModule } from './cli.module.js';

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
