import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll, isBrokenCircuitError } from 'cockatiel';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { systemErrorCode } from '../common/errors/system-error-code.js';
import type { Log } from '../common/logging/log.js';
import { SourceError } from './legacy-source.js';

/** Milliseconds for one `find`. */
export const findDeadlineMs = 1000;

/** Consecutive failures that open the circuit, and milliseconds until a probe. */
const threshold = 5;
const halfOpenAfter = 2000;

/** Deadline and circuit breaker of a source. Its errors have neither values nor passwords. */
export class SourceGuard {
  private readonly policy = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(threshold),
    halfOpenAfter,
  });

  constructor(
    private readonly log: Pick<Log, 'error' | 'info' | 'warn'>,
    /** One line for an error that a change of settings corrects. */
    private readonly problemOf: (error: unknown) => string | undefined,
  ) {
    this.policy.onBreak(() =>
      this.log.error('legacy source unavailable; circuit opened', {
        alarm: 'legacy.unavailable',
        pauseMs: halfOpenAfter,
      }),
    );
    this.policy.onReset(() => this.log.info('legacy source available; circuit closed'));
  }

  /** @throws AppError `legacy.unavailable` for every error, and at the deadline */
  async find<Result>(work: () => Promise<Result>): Promise<Result> {
    // The policy would make further calls wait for the probe.
    if (this.policy.state === CircuitState.HalfOpen) throw unavailable('ECIRCUIT');
    try {
      return await this.policy.execute(() => withDeadline(work));
    } catch (error) {
      if (isBrokenCircuitError(error)) throw unavailable('ECIRCUIT');
      const cause = isAppError(error) ? error : unavailable(reasonOf(error));
      this.log.warn('legacy source cannot be read', {
        reason: error instanceof SourceError ? error.problems.join('; ') : reasonOf(cause.cause ?? cause),
      });
      throw cause;
    }
  }

  /** @throws SourceError for what a change of settings corrects; AppError `legacy.unavailable` for the rest */
  async translate<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SourceError || isAppError(error)) throw error;
      const problem = this.problemOf(error);
      throw problem === undefined ? unavailable(reasonOf(error)) : new SourceError([problem]);
    }
  }
}

/** The cause's message is for operators: a code, because messages of drivers contain values. */
const unavailable = (reason: string): AppError =>
  new AppError('legacy.unavailable', {
    cause: Object.assign(new Error(`The legacy source is not available (${reason}).`), { code: reason }),
    retryAfter: 2,
  });

const reasonOf = (error: unknown): string =>
  systemErrorCode(error) ?? (error instanceof Error ? error.name : 'unknown error');

async function withDeadline<Result>(work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable('ETIMEDOUT')), findDeadlineMs);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
