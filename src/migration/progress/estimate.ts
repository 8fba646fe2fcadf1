import type { MigrationEstimate } from '#contracts';

/** Days of one half of what the estimate looks at. */
const half = 14;

/** So many days it takes to see a trend. */
export const daysForEstimate = 2 * half;

const dayMs = 86_400_000;

export interface Curve {
  /** How many people moved on each of the last days, oldest first; today, which is not over, is not among them. */
  perDay: readonly number[];
  /** People who have yet to move. */
  left: number;
  today: Date;
}

/**
 * People who use the application move at their next visit, so the daily number falls roughly exponentially. Two halves of four
 * weeks give its rate; the range is what the halves allow when each is off by its standard deviation (the root of the number).
 */
export function estimate({ perDay, left, today }: Curve): MigrationEstimate {
  if (left === 0) return without('done', 0);
  if (perDay.length < daysForEstimate) return without('too_early');
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

/** A hundred years: a slope so flat is no end. */
const mostDays = 36_525;

/** Until fewer than one more person is to be expected, or nobody is left. */
function extrapolate(earlier: number, later: number, left: number): Extrapolation | undefined {
  if (later >= earlier) return undefined;
  const slope = Math.log(earlier / later) / half;
  const unbounded = later ** 2 / (earlier - later);
  const people = Math.min(unbounded, left);
  // Of an exponential with so many people under it, all but one, or all who are there, have moved after so many days.
  const remaining = Math.max(unbounded - left, 1);
  const days = Math.max(0, Math.ceil(Math.log(unbounded / remaining) / slope));
  return days > mostDays ? undefined : { people, days };
}
