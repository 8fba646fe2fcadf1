import { lettersAndDigits, randomText, type Random } from '../random.js';
import { passwordPolicy } from '../state/pool-rules.js';
import type { PoolSettings } from '../state/records.js';

/** Satisfies every possible policy rule, with the minimum length of this pool. */
export function temporaryPassword(random: Random, settings: PoolSettings): string {
  const length = Math.max(8, passwordPolicy(settings).MinimumLength ?? 0);
  return `${randomText(random, length - 4, lettersAndDigits)}aA1!`;
}
