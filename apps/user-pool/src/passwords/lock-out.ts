import { minute, second } from '../clock.js';
import type { User } from '../state/records.js';

type Failures = NonNullable<User['failures']>;

const quietTime = 15 * minute;

/**
 * The fifth wrong password locks for one second, each further one for twice as long, up to about 15 minutes. The counter
 * is reset after 15 minutes without an attempt. (Developer guide, Lockout behavior for failed sign-in attempts)
 */
export function isLocked(failures: Failures | undefined, now: number): boolean {
  if (!failures || failures.count < 5) return false;
  return now < failures.lastAt + Math.min(2 ** (failures.count - 5) * second, quietTime);
}

export function afterFailure(failures: Failures | undefined, now: number): Failures {
  const counts = failures !== undefined && now - failures.lastAt < quietTime;
  return { count: (counts ? failures.count : 0) + 1, lastAt: now };
}
