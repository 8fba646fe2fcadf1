import { totpCode } from '../src/second-factors/totp.js';

export const period = 30_000;
const stepAt = (now: number) => Math.floor(now / period);

/**
 * What the app shows at this moment. A period that ends while the code is on its way does no harm: pools take the codes
 * of the neighbouring periods as well.
 */
export const codeAt = (secret = '', now: number): string => totpCode(secret, stepAt(now));

/** A code of no period that is near enough to be taken, even if some minutes go by. */
export function wrongCodeAt(secret = '', now: number): string {
  const near = Array.from({ length: 20 }, (_, offset) => totpCode(secret, stepAt(now) - 2 + offset));
  let wrong = 0;
  while (near.includes(String(wrong).padStart(6, '0'))) wrong++;
  return String(wrong).padStart(6, '0');
}
