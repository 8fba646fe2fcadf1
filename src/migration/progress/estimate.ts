import type { MigrationEstimate } from '#contracts';

/** Days in each half of the period that the estimate uses. */
const half = 14;

/** Days that an estimate requires. */
export const daysForEstimate = 2 * half;

const dayMs = 86_400_000;

export interface Curve {
  /** Migrations on each of the last days, oldest first, without today. */
  perDay: readonly number[];
  /** People who have not migrated. */
  left: number;
  /** Whether all people of the old system are counted; else nobody knows that none is left. */
  complete: boolean;
  today: Date;
}

/**
 * Active people migrate at their next visit, so the daily number falls roughly exponentially. Two halves of 4 weeks give the
 * rate; the range assumes an error of one standard deviation (Poisson: square root of the number) in each half.
 */
export function estimate({ perDay, left, complete, today }: Curve): MigrationEstimate {
  if (left === 0 && complete) return without('done', 0);
  if (perDay.length < daysForEstimate || left === 0) return without('too_early');
  const earlier = sum(perDay.slice(-daysForEstimate, -half));
  const later = sum(perDay.slice(-half));
  if (later === 0) return without('over', 0);
  const likely = extrapolate(earlier, later, left);
  if (likely === undefined) return without('not_falling');
  const [more, less] = [Math.sqrt(earlier), Math.sqrt(later)];
  const earliest = extrapolate(earlier + more, Math.max(later - less, 1), left) ?? likely;
  const latest = extrapolate(earlier - more, later + less, left);
  const dayAfter = ({ days }: Extrapolation) =>
    new Date(today.getTime() + days * dayMs).toISOString().slice(0, 10);
  return {
    kind: 'falling',
    stillToMove: Math.round(likely.people),
    earliest: dayAfter(earliest),
    likely: dayAfter(likely),
    latest: latest ? dayAfter(latest) : null,
  };
}

const without = (kind: MigrationEstimate['kind'], stillToMove: number | null = null): MigrationEstimate => ({
  ...{ kind, stillToMove },
  ...{ earliest: null, likely: null, latest: null },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

interface Extrapolation {
  people: number;
  days: number;
}

/** 100 years: a flatter slope gives no useful end. */
const mostDays = 36_525;

/** Until less than one more migration is expected, or all have migrated. */
function extrapolate(earlier: number, later: number, left: number): Extrapolation | undefined {
  if (later >= earlier) return undefined;
  const slope = Math.log(earlier / later) / half;
  const unbounded = later ** 2 / (earlier - later);
  const people = Math.min(unbounded, left);
  // Days after which all but `remaining` of the people under the exponential have migrated.
  const remaining = Math.max(unbounded - left, 1);
  const days = Math.max(0, Math.ceil(Math.log(unbounded / remaining) / slope));
  return days > mostDays ? undefined : { people, days };
}
