import type { PoolUser } from '../../cognito/user-directory.js';
import type { PasswordChange } from '../persistence/password-changes.repository.js';

/** What became of a question whose answer was lost. */
export type Outcome = 'done' | 'not_done' | 'unknown';

/**
 * Looks at the pool's user. A reset makes everybody `CONFIRMED`, also who was in another state before, and moves
 * `UserLastModifiedDate`, which other updates move as well. A change needs somebody who is `CONFIRMED`.
 * @param now the pool's user, `undefined` where there is none
 */
export function detectOutcome(
  { poolStatus, poolModifiedAt }: Pick<PasswordChange, 'poolStatus' | 'poolModifiedAt'>,
  now: Pick<PoolUser, 'status' | 'modifiedAt'> | undefined,
): Outcome {
  if (now?.status !== 'CONFIRMED') return 'not_done';
  if (poolStatus === null || poolModifiedAt === null) return 'unknown';
  if (poolStatus !== 'CONFIRMED') return 'done';
  return now.modifiedAt > poolModifiedAt ? 'unknown' : 'not_done';
}
