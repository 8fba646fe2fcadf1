import { constants } from 'node:os';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConnectionDrainer } from './common/http/connection-drainer.js';
import type { Log } from './common/logging/log.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Below the 30 seconds after which Heroku and Kubernetes kill a process, so that the log records the timeout. */
const timeoutMs = 25_000;

/** On Ctrl-C, the terminal and npm both send a signal. Only a later signal counts as a second one. */
const sameSignalMs = 500;

/** Resolves at the first shutdown signal. The process exits `timeoutMs` later, or at a second signal. */
export function untilShutdownSignal(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: (typeof signals)[number]) => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        log.info('shutdown started', { signal });
        setTimeout(() => exitEarly(log, 1), timeoutMs).unref();
        resolve();
      } else if (performance.now() - firstAt > sameSignalMs) {
        exitEarly(log, 128 + constants.signals[signal]);
      }
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

/** Answers pending requests, waits for the current step of each job and closes all connections. */
export async function shutDown(app: NestFastifyApplication): Promise<void> {
  await app.get(ConnectionDrainer).finish(app.getHttpServer());
  await app.close();
}

function exitEarly(log: Log, status: number): never {
  log.warn('shutdown incomplete', { status });
  process.exit(status);
}
