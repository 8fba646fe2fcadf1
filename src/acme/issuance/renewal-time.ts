export interface Lifetime {
  notBefore: Date;
  notAfter: Date;
}

/** When a CA would like a certificate to be renewed (RFC 9773 section 4.2). */
export interface SuggestedWindow {
  start: Date;
  end: Date;
}

/** Of the lifetime. Jitter goes before it, so that nothing is left for later than two thirds. */
const latestShare = 2 / 3;
const jitterShare = 1 / 20;

/** @param random from 0 to 1: many hosts with certificates of one day should not come to the CA at once */
export function renewalWithoutAdvice({ notBefore, notAfter }: Lifetime, random: number): Date {
  const lifetime = notAfter.getTime() - notBefore.getTime();
  return new Date(notBefore.getTime() + lifetime * (latestShare - jitterShare * random));
}

/**
 * A random time in the window (RFC 9773 section 4.2); what was chosen before stays while it is still in it. A window that is over
 * means: at once.
 */
export function renewalAsAdvised({ start, end }: SuggestedWindow, chosen: Date | null, random: number): Date {
  if (chosen !== null && chosen >= start && chosen <= end) return chosen;
  return new Date(start.getTime() + (end.getTime() - start.getTime()) * random);
}
