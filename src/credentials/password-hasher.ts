import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Counter, Histogram, Registry } from 'prom-client';
import { inspectHash, type Outcome, type SchemeName, type UnmarkedSchemeName } from '#password-hashes';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { fromPackageRoot } from '../common/concurrency/worker-file.js';
import { type LegacyHashesConfig, legacyHashesConfig } from '../common/config/migration.config.js';
import { type RegistrationConfig, registrationConfig } from '../common/config/registration.config.js';
import { AppError } from '../common/errors/app-error.js';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import type { Done, PasswordCheck, PasswordHashing } from './password-hashing/worker.js';

/** The migration Lambda gives up after 4 seconds, before Cognito's timeout of 5 seconds. */
const deadlineMs = 4000;

/** How long a result is cached, for concurrent first sign-ins and for Cognito's retries. */
const keptMs = 5000;

/** How long an idle thread is kept. */
const keptThreadMs = 60_000;

/** Assumed time of a check before the first measurement: bcrypt with cost 12. */
const assumedCheckMs = 400;

export type Task = 'check' | 'hash';

export interface Observer {
  /** @param waitedMs time in the queue @param tookMs time on the thread */
  done(task: Task, waitedMs: number, tookMs: number): void;
  /** The result would have been too late. */
  refused(): void;
}

const noObserver: Observer = { done: () => undefined, refused: () => undefined };

/**
 * Password checks on worker threads. On the main thread one check of cost 12 blocks all requests for a third of a second, also with
 * bcryptjs's asynchronous functions.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads = availableParallelism();
  private readonly pool = new Piscina<PasswordCheck | PasswordHashing, Done<string> | 'abandoned'>({
    filename: fromPackageRoot('dist/src/credentials/password-hashing/worker.js'),
    // Without a name, the warm-up of Piscina looks for a default export and imports the file a second time.
    name: 'check',
    // Node 20 aborts the process if a thread ends while it loads an ES module by `require()`; with this option Piscina uses `import()`.
    execArgv: ['--no-experimental-require-module'],
    maxThreads: this.threads,
    minThreads: 1,
    // By default an idle thread ends at once, and starting one takes as long as two checks.
    idleTimeout: keptThreadMs,
    // Lower priority than the main thread, so that checks do not delay unrelated requests.
    niceIncrement: 10,
    // Piscina's default queue can starve the task at its head.
    stricterFIFO: true,
  });

  // A key of this process, so that the cache in memory holds no digest of a password that can be attacked offline.
  private readonly cacheKey = randomBytes(32);
  private readonly checks = new SingleFlight<Outcome>(keptMs);
  private hashes: { peppers: readonly string[]; scheme: UnmarkedSchemeName | undefined };
  private readonly running = new Set<{ queuedAt: number; done: Promise<unknown> }>();
  private refusedAt = -Infinity;
  private observer = noObserver;

  constructor(
    @Inject(legacyHashesConfig.KEY) private readonly config: LegacyHashesConfig,
    @Inject(registrationConfig.KEY) private readonly registration: RegistrationConfig,
    private readonly log: Log,
  ) {
    this.hashes = { peppers: config.peppers, scheme: config.unmarkedScheme };
  }

  /** @param hashes of the legacy source, where its source file says how they are checked */
  checkAs(hashes: { scheme: UnmarkedSchemeName | undefined; isPeppered: boolean }): void {
    this.hashes = { peppers: hashes.isPeppered ? this.config.peppers : [], scheme: hashes.scheme };
  }

  /** @returns `undefined` if `verify` answers `unknown-scheme` */
  formatOf(stored: string): SchemeName | undefined {
    const inspection = inspectHash(stored, this.hashes);
    return inspection.verifiable ? inspection.format : undefined;
  }

  observe(observer: Observer): void {
    this.observer = observer;
  }

  /** Number of tasks that wait for a free thread. */
  get waiting(): number {
    return this.pool.queueSize;
  }

  /** Whether a new task would be refused. */
  get isOverloaded(): boolean {
    return this.expectedWaitMs() > deadlineMs;
  }

  /**
   * @param before by the clock of `performance.now()`
   * @returns resolves when all tasks queued before this time have succeeded or failed; `undefined` if they have
   */
  doneBefore(before: number): Promise<unknown> | undefined {
    const tasks = [...this.running].filter(({ queuedAt }) => queuedAt < before);
    return tasks.length > 0 ? Promise.allSettled(tasks.map(({ done }) => done)) : undefined;
  }

  /** @param since by the clock of `performance.now()` @returns whether a task was refused since then */
  hasRefusedSince(since: number): boolean {
    return this.refusedAt >= since;
  }

  /**
   * Single-flight: the same check, at the same time or within 5 seconds, has one result.
   * @throws AppError `overloaded` when the result would be too late
   */
  verify(password: string, stored: string): Promise<Outcome> {
    const key = createHmac('sha256', this.cacheKey)
      .update(JSON.stringify([stored, password]))
      .digest('base64');
    return this.checks.run(() => this.check(password, stored), key);
  }

  /**
   * bcrypt, with the newest pepper appended like in Devise.
   * @param password together with the pepper not longer than bcrypt reads
   * @throws AppError `overloaded`
   */
  async hash(password: string): Promise<string> {
    const [pepper = ''] = this.hashes.peppers;
    return this.run('hash', { password: password + pepper, cost: this.registration.bcryptCost });
  }

  private async check(password: string, stored: string): Promise<Outcome> {
    const until = Date.now() + deadlineMs - this.checkMs();
    const outcome = (await this.run('check', { password, stored, options: this.hashes, until })) as Outcome;
    if (outcome === 'unknown-scheme') this.log.warn('unknown password hash scheme: the user cannot migrate');
    return outcome;
  }

  private async run(task: Task, input: PasswordCheck | PasswordHashing): Promise<string> {
    if (this.isOverloaded) throw this.refuse();
    const queuedAt = performance.now();
    const done = await this.track(queuedAt, this.pool.run(input, { name: task }));
    if (done === 'abandoned') throw this.refuse();
    this.observer.done(task, performance.now() - queuedAt - done.ms, done.ms);
    return done.result;
  }

  private async track<Result>(queuedAt: number, done: Promise<Result>): Promise<Result> {
    const task = { queuedAt, done };
    this.running.add(task);
    try {
      return await done;
    } finally {
      this.running.delete(task);
    }
  }

  private refuse(): AppError {
    this.refusedAt = performance.now();
    this.observer.refused();
    return new AppError('overloaded', { retryAfter: 2 });
  }

  /** Until the result, including the check itself. */
  private expectedWaitMs(): number {
    return ((this.pool.queueSize + 1) / this.threads) * this.checkMs();
  }

  private checkMs(): number {
    return this.pool.histogram.runTime.average || assumedCheckMs;
  }

  /** Runs after the server has completed all requests. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}

/** Seconds. */
const buckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4];

@Injectable()
export class PasswordHasherMonitoring {
  constructor(registry: Registry, hasher: PasswordHasher, parts: HealthParts) {
    const times = { labelNames: ['task'], buckets, registers: [registry] };
    const wait = new Histogram({
      name: 'usher_hash_wait_seconds',
      help: 'How long a password check waited for a free thread',
      ...times,
    });
    const duration = new Histogram({
      name: 'usher_hash_duration_seconds',
      help: 'How long a password check or a new hash took on its thread',
      ...times,
    });
    const refusals = new Counter({
      name: 'usher_hash_refusals_total',
      help: 'Password checks that were refused because the result would have been too late',
      registers: [registry],
    });
    hasher.observe({
      done: (task, waitedMs, tookMs) => {
        wait.observe({ task }, Math.max(0, waitedMs) / 1000);
        duration.observe({ task }, tookMs / 1000);
      },
      refused: () => refusals.inc(),
    });
    const depth = { name: 'usher_hash_queue_depth', help: 'Password checks that wait for a free thread' };
    registerGauge(registry, depth, () => [{ value: hasher.waiting }]);
    parts.add('passwordChecks', () => !hasher.isOverloaded);
  }
}
