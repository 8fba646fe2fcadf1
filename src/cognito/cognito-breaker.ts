import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Clock } from '../platform/clock/clock.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Log } from '../platform/logging/log.js';
import { isOutage } from './cognito-errors.js';

/** So many failures in a row, and Cognito is taken to be down. */
const failuresInARow = 5;

/** Milliseconds from one probe to the next. */
const pause = 5000;

/** As the policy writes itself down: open for so long that the next call is a probe. */
const dueForProbe = {
  ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 },
  breakerState: failuresInARow,
};

type Outcome<Answer> = { answer: Answer } | { refusal: unknown };

/**
 * Spares callers the wait for a Cognito that does not answer: after a few failures they are told at once, and one call in
 * a while finds out whether it is back. A refusal is an answer.
 */
export class CognitoBreaker {
  private policy = this.newPolicy();
  private openedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Is Cognito left alone at the moment? Until somebody has asked again with success, it is. */
  get isOpen(): boolean {
    return this.policy.state !== CircuitState.Closed;
  }

  /** @throws AppError `cognito.unavailable` without asking; otherwise what `ask` throws */
  async run<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.policy.state === CircuitState.Open && this.clock.now().getTime() < this.openedAt) {
      // Somebody set the clock back, and the policy would wait until it is where it was.
      this.policy = this.newPolicy(dueForProbe);
    }
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
    const milliseconds = Math.min(pause, this.openedAt + pause - this.clock.now().getTime());
    return new AppError('cognito.unavailable', { retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)) });
  }

  private newPolicy(initialState?: unknown): CircuitBreakerPolicy {
    const breaker = new ConsecutiveBreaker(failuresInARow);
    const policy = circuitBreaker(handleAll, { breaker, halfOpenAfter: pause, initialState });
    policy.onBreak(() => {
      this.openedAt = this.clock.now().getTime();
      this.log.error('Cognito does not answer and is left alone for a while', {
        alarm: 'cognito.unavailable',
        pauseMs: pause,
      });
    });
    policy.onReset(() => this.log.info('Cognito answers again'));
    return policy;
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
