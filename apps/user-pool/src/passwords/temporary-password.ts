import { lettersAndDigits, randomText, type Random } from '../random.js';
import { passwordPolicy } from '../state/pool-rules.js';
import type { PoolSettings } from '../state/records.js';

/** Follows every rule a policy can have, at the length this pool asks for. */
export function temporaryPassword(random: Random, settings: PoolSettings): string {
  const length = Math.max(8, passwordPolicy(settings).MinimumLength ?? 0);
  return `${randomText(random, length - 4, lettersAndDigits)}aA1!`;
}
