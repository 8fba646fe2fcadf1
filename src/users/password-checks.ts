import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import type { Outcome } from '#password-hashes';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { fromPackageRoot } from '../platform/package-root.js';
import type { Done, PasswordCheck, PasswordHashing } from './password-hashing/worker.js';

/** Nobody waits longer: the migration Lambda gives up before Cognito's five seconds are over. */
const deadlineMs = 4000;

/** How long an answer is kept for the same question: first sign-ins that race, and Cognito's repeated tries. */
const keptMs = 5000;

/** How long a thread without work is kept. */
const keptThreadMs = 60_000;

/** What a check is taken to cost before one was measured: bcrypt with cost 12. */
const assumedCheckMs = 400;

/** What the threads are asked for. */
export type Task = 'check' | 'hash';

export interface Observer {
  /** @param waitedMs for a free thread @param tookMs on it */
  done(task: Task, waitedMs: number, tookMs: number): void;
  /** Nobody would have waited for the answer. */
  refused(): void;
}

const nobody: Observer = { done: () => undefined, refused: () => undefined };

/**
 * Password checks on worker threads. On the main thread one check of cost 12 stops every other request for a third of a
 * second, and bcryptjs's asynchronous form does too.
 */
@Injectable()
export class PasswordChecks implements OnApplicationShutdown {
  private readonly threads = availableParallelism();
  private readonly pool = new Piscina<PasswordCheck | PasswordHashing, Done<string> | 'abandoned'>({
    filename: fromPackageRoot('dist/src/users/password-hashing/worker.js'),
    // Without a name the warm-up looks for a default export and imports the file a second time.
    name: 'check',
    maxThreads: this.threads,
    minThreads: 1,
    // By default a thread ends as soon as it has nothing to do, and a new one costs as much as two checks.
    idleTimeout: keptThreadMs,
    // Below requests in the operating system's eyes: a check may wait a little, an unrelated GET should not.
    niceIncrement: 10,
    // Piscina's default queue can starve the task at its head.
    stricterFIFO: true,
  });

  // Cognito's three tries and a person's impatience ask the same question; a key that lives as long as the process
  // keeps passwords from being recognisable in memory.
  private readonly sameQuestionKey = randomBytes(32);
  private readonly answers = new Map<string, Promise<Outcome>>();
  private observer = nobody;

  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /** @param observer is told of what the threads do */
  observe(observer: Observer): void {
    this.observer = observer;
  }

  /** How many wait for a free thread. */
  get waiting(): number {
    return this.pool.queueSize;
  }

  /** Would whoever asks now be refused? */
  get isOverloaded(): boolean {
    return this.expectedWaitMs() > deadlineMs;
  }

  /**
   * Is this the password of this stored string? The same question, asked meanwhile or right after, gets the same answer.
   * @throws AppError `overloaded` when the answer would come after everybody stopped waiting.
   */
  verify(password: string, stored: string): Promise<Outcome> {
    const question = createHmac('sha256', this.sameQuestionKey)
      .update(JSON.stringify([stored, password]))
      .digest('base64');
    const known = this.answers.get(question);
    if (known) return known;
    const answer = this.check(password, stored);
    this.answers.set(question, answer);
    answer.then(
      () => setTimeout(() => this.answers.delete(question), keptMs).unref(),
      () => this.answers.delete(question),
    );
    return answer;
  }

  /**
   * bcrypt, with the newest pepper appended as Devise does it.
   * @param password that fits with the pepper into what bcrypt reads
   * @throws AppError `overloaded`
   */
  async hash(password: string): Promise<string> {
    const [pepper = ''] = this.config.migration.peppers;
    return this.run('hash', { password: password + pepper, cost: this.config.bcryptCost });
  }

  private async check(password: string, stored: string): Promise<Outcome> {
    const { peppers, hashScheme: scheme } = this.config.migration;
    const until = Date.now() + deadlineMs - this.checkMs();
    const options = { peppers, scheme };
    const outcome = (await this.run('check', { password, stored, options, until })) as Outcome;
    if (outcome === 'unknown-scheme')
      this.log.warn('a stored password hash is of no scheme we know: its owner cannot move');
    return outcome;
  }

  private async run(task: Task, question: PasswordCheck | PasswordHashing): Promise<string> {
    if (this.isOverloaded) throw this.refuse();
    const asked = performance.now();
    const done = await this.pool.run(question, { name: task });
    if (done === 'abandoned') throw this.refuse();
    this.observer.done(task, performance.now() - asked - done.ms, done.ms);
    return done.answer;
  }

  private refuse(): AppError {
    this.observer.refused();
    return new AppError('overloaded', { retryAfter: 2 });
  }

  /** Until the answer, not until its turn: the check itself counts too. */
  private expectedWaitMs(): number {
    return ((this.pool.queueSize + 1) / this.threads) * this.checkMs();
  }

  private checkMs(): number {
    return this.pool.histogram.runTime.average || assumedCheckMs;
  }

  /** Not before the server has answered what is under way. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
