import type { Clock } from '../common/clock/clock.js';
import { isAppError } from '../common/errors/app-error.js';

/** PostgreSQL restarts and fails over in less. */
const retryBudgetMs = 10_000;
const retryDelayMs = 500;

/**
 * Retries while the database is unavailable. For what must be recorded after a refresh at Cognito, because with rotation
 * Cognito returns new tokens only once.
 * @param work must be idempotent
 * @throws AppError `overloaded`
 */
export async function retryWhileOverloaded<Result>(
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = clock.elapsed() + retryBudgetMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error, 'overloaded') || clock.elapsed() > until) throw error;
      await clock.sleep(retryDelayMs);
    }
  }
}
