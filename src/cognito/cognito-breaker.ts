import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll, isBrokenCircuitError } from 'cockatiel';
import type { Clock } from '../platform/clock/clock.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Log } from '../platform/logging/log.js';
import { isOutage } from './cognito-errors.js';

/** So many failures in a row, and Cognito is taken to be down. */
const failuresInARow = 5;

/** Milliseconds from one probe to the next. */
const pause = 5000;

type Outcome<Answer> = { answer: Answer } | { refusal: unknown };

/**
 * Spares callers the wait for a Cognito that does not answer: after a few failures they are told at once, and one call in
 * a while finds out whether it is back. A refusal is an answer.
 */
export class CognitoBreaker {
  private readonly policy = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(failuresInARow),
    halfOpenAfter: pause,
  });
  private openedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.policy.onBreak(() => {
      this.openedAt = this.clock.now().getTime();
      this.log.error('Cognito does not answer and is left alone for a while', {
        alarm: 'cognito.unavailable',
        pauseMs: pause,
      });
    });
    this.policy.onReset(() => this.log.info('Cognito answers again'));
  }

  /** Is Cognito left alone at the moment? Until somebody has asked again with success, it is. */
  get isOpen(): boolean {
    return this.policy.state !== CircuitState.Closed;
  }

  /** @throws AppError `cognito.unavailable` without asking; otherwise what `ask` throws */
  async run<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    // While a probe is under way the policy would have everybody wait for how it ends.
    if (this.policy.state === CircuitState.HalfOpen) throw this.unavailable();
    const outcome = await this.execute(ask);
    if ('refusal' in outcome) throw outcome.refusal;
    return outcome.answer;
  }

  private async execute<Answer>(ask: () => Promise<Answer>): Promise<Outcome<Answer>> {
    try {
      return await this.policy.execute(() => settle(ask));
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.unavailable() : error;
    }
  }

  /** For as long as it is until the next probe. */
  private unavailable(): AppError {
    const milliseconds = this.openedAt + pause - this.clock.now().getTime();
    return new AppError('cognito.unavailable', { retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)) });
  }
}

async function settle<Answer>(ask: () => Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (isOutage(error)) throw error;
    return { refusal: error };
  }
}
