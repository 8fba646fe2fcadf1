import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from 'cockatiel';
import type { Clock } from '../common/clock/clock.js';
import { AppError } from '../common/errors/app-error.js';
import type { Log } from '../common/logging/log.js';
import { isOutage } from './cognito-errors.js';

/** Consecutive outages that open the circuit. */
const outageThreshold = 5;

/** Milliseconds until the open circuit becomes half-open. */
const halfOpenAfter = 5000;

/** Serialized state of the policy: open since 1970, so that the next call is the probe. */
const dueForProbe = {
  ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 },
  breakerState: outageThreshold,
};

type Outcome<Output> = { output: Output } | { rejection: unknown };

/**
 * Circuit breaker: after five consecutive outages calls fail at once, and one probe every five seconds tests whether Cognito
 * is available again. An exception that is no outage counts as success.
 */
export class CognitoBreaker {
  private policy = this.newPolicy();
  private openedAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Also while it is half-open: only a successful probe closes it. */
  get isOpen(): boolean {
    return this.policy.state !== CircuitState.Closed;
  }

  /** @throws AppError `cognito.unavailable` while open; otherwise the errors of `send` */
  async run<Output>(send: () => Promise<Output>): Promise<Output> {
    if (this.policy.state === CircuitState.Open && this.clock.now().getTime() < this.openedAt) {
      // The clock was set back; the policy would stay open until it reaches the old time.
      this.policy = this.newPolicy(dueForProbe);
    }
    // The policy would make further calls wait for the result of the probe.
    if (this.policy.state === CircuitState.HalfOpen) throw this.unavailable();
    const outcome = await this.execute(send);
    if ('rejection' in outcome) throw outcome.rejection;
    return outcome.output;
  }

  private async execute<Output>(send: () => Promise<Output>): Promise<Outcome<Output>> {
    try {
      return await this.policy.execute(() => settle(send));
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.unavailable() : error;
    }
  }

  /** `retryAfter` is the time until the next probe. */
  private unavailable(): AppError {
    const milliseconds = Math.min(halfOpenAfter, this.openedAt + halfOpenAfter - this.clock.now().getTime());
    return new AppError('cognito.unavailable', { retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)) });
  }

  private newPolicy(initialState?: unknown): CircuitBreakerPolicy {
    const breaker = new ConsecutiveBreaker(outageThreshold);
    const policy = circuitBreaker(handleAll, { breaker, halfOpenAfter, initialState });
    policy.onBreak(() => {
      this.openedAt = this.clock.now().getTime();
      this.log.error('Cognito unavailable; circuit opened', {
        alarm: 'cognito.unavailable',
        pauseMs: halfOpenAfter,
      });
    });
    policy.onReset(() => this.log.info('Cognito available; circuit closed'));
    return policy;
  }
}

async function settle<Output>(send: () => Promise<Output>): Promise<Outcome<Output>> {
  try {
    return { output: await send() };
  } catch (error) {
    if (isOutage(error)) throw error;
    return { rejection: error };
  }
}
