import type { Lifetime } from './renewal-time.js';

const dayMs = 86_400_000;

/**
 * Of a lifetime. Renewal begins with a third of it left, so a number of days beyond this share would warn of certificates with
 * which all is well.
 */
const latestShare = 1 / 4;

/**
 * The smallest of the given numbers of days that is reached; 0 stands for a certificate that has expired.
 * @returns `undefined` while all is well
 */
export function warningAt(
  { notBefore, notAfter }: Lifetime,
  warningDays: readonly number[],
  now: Date,
): number | undefined {
  const left = notAfter.getTime() - now.getTime();
  const longest = (notAfter.getTime() - notBefore.getTime()) * latestShare;
  const reached = warningDays.filter((days) => left <= days * dayMs && days * dayMs <= longest);
  return reached.length === 0 ? undefined : Math.min(...reached);
}
