import { constants } from 'node:os';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Draining } from './platform/http/draining.js';
import type { Log } from './platform/logging/log.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Milliseconds. Heroku and Kubernetes kill after thirty seconds; a process that ends by itself can say that it had to. */
const deadlineMs = 25_000;

/** Milliseconds. On Ctrl-C both the terminal and npm send a signal; only a later one is a second one. */
const oneAndTheSameMs = 500;

/**
 * Resolves when somebody asks this process to end. From then on it has its time: after that, and at a second signal, it
 * ends at once. Whatever it was doing then is where a killed process would have left it.
 */
export function whenAskedToEnd(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const ask = (signal: (typeof signals)[number]) => {
      if (askedAt === undefined) {
        askedAt = performance.now();
        log.info('ending', { signal });
        setTimeout(() => giveUp(log, 1), deadlineMs).unref();
        resolve();
      } else if (performance.now() - askedAt > oneAndTheSameMs) {
        giveUp(log, 128 + constants.signals[signal]);
      }
    };
    for (const signal of signals) process.on(signal, ask);
  });
}

/** Answers what is under way, lets background work finish its step, and closes what was open. */
export async function end(app: NestFastifyApplication): Promise<void> {
  await app.get(Draining).finish(app.getHttpServer());
  await app.close();
}

function giveUp(log: Log, status: number): never {
  log.warn('ended before everything was finished', { status });
  process.exit(status);
}
