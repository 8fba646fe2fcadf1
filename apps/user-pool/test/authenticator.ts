import { totpCode } from '../src/second-factors/totp.js';

export const period = 30_000;
const stepAt = (now: number) => Math.floor(now / period);

/**
 * The current code. It may expire during the request, because pools also accept the codes
 * of the adjacent time steps.
 */
export const codeAt = (secret = '', now: number): string => totpCode(secret, stepAt(now));

/** A code of a time step that the pool does not accept, even some minutes later. */
export function wrongCodeAt(secret = '', now: number): string {
  const near = Array.from({ length: 20 }, (_, offset) => totpCode(secret, stepAt(now) - 2 + offset));
  let wrong = 0;
  while (near.includes(String(wrong).padStart(6, '0'))) wrong++;
  return String(wrong).padStart(6, '0');
}
