import type {
  DuplicateAddressCount,
  MigrationProgressResponse,
  PeopleInState,
  PeopleOnDay,
} from '#contracts';
import type { Count } from '../persistence/migration-counts.repository.js';
import { daysForEstimate, estimate } from './estimate.js';
import { isSupported } from './hash-formats.js';
import { verdict } from './verdict.js';

export interface View {
  now: Date;
  /** How many days `perDay` goes back. */
  days: number;
  /** Months. */
  inactiveAfter: number;
  /** `null` where they were not counted in time. */
  duplicates: DuplicateAddressCount | null;
  /** Whether the table tells when somebody last signed in. */
  knowsSignIns: boolean;
  /** What plain digests are, as configured. */
  unmarkedScheme: string | undefined;
}

const dayMs = 86_400_000;
const lately = 14;

/** All that is said of the counts; nothing here asks the database. */
export function summarise(counts: readonly Count[], view: View): MigrationProgressResponse {
  const left = counts.filter(isLeft);
  const isInactive = inactivity(view);
  const [active, inactive] = [left.filter((count) => !isInactive(count)), left.filter(isInactive)];
  const unknown = active.filter(({ format }) => !isSupported(format ?? 'other', view.unmarkedScheme));
  const perDay = daily(counts, view.now, Math.max(view.days, daysForEstimate) + 1);
  const inState = (state: Count['state']) => people(active.filter((count) => count.state === state));
  return {
    people: people(counts),
    left: people(left),
    duplicates: view.duplicates,
    inactive: view.knowsSignIns ? people(inactive) : null,
    neverSignedIn: view.knowsSignIns ? people(left.filter(({ neverSignedIn }) => neverSignedIn)) : null,
    states: states(counts),
    formats: formats(left, view.unmarkedScheme),
    perDay: perDay.slice(-view.days),
    lastSignIn: view.knowsSignIns ? lastSignIns(left) : [],
    estimate: estimate({ perDay: curve(perDay, counts), left: people(left), today: view.now }),
    verdict: verdict({
      legacy: inState('legacy'),
      resetSent: inState('reset_sent'),
      failed: inState('failed'),
      unknownHash: people(unknown),
      everybody: people(left),
      movedLately: perDay.slice(-lately).reduce((sum, { migrated }) => sum + migrated, 0),
    }),
  };
}

const isLeft = ({ state }: Count): boolean => ['legacy', 'reset_sent', 'failed'].includes(state);

const people = (counts: readonly Count[]): number => counts.reduce((sum, count) => sum + count.people, 0);

/** Who never signed in is inactive that long after the sign-up; where sign-ins are not known of, nobody is. */
function inactivity({ now, inactiveAfter, knowsSignIns }: View): (count: Count) => boolean {
  const limit = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - inactiveAfter, 1));
  const month = limit.toISOString().slice(0, 7);
  return (count) => knowsSignIns && count.month !== null && count.month < month;
}

/** Sums of what has the same key, in the order of the first of each. */
function grouped<Key>(counts: readonly Count[], keyOf: (count: Count) => Key): [Key, number][] {
  const groups = new Map<string, [Key, number]>();
  for (const count of counts) {
    const key = keyOf(count);
    const name = JSON.stringify(key);
    groups.set(name, [key, (groups.get(name)?.[1] ?? 0) + count.people]);
  }
  return [...groups.values()].filter(([, sum]) => sum !== 0);
}

const mostFirst = (one: { people: number }, other: { people: number }): number => other.people - one.people;

const states = (counts: readonly Count[]): PeopleInState[] =>
  grouped(counts, ({ state, reason }) => ({ state, reason }))
    .map(([key, sum]) => ({ ...key, people: sum }))
    .sort(mostFirst);

const formats = (left: readonly Count[], unmarkedScheme: string | undefined) =>
  grouped(left, ({ format }) => format ?? 'other')
    .map(([format, sum]) => ({ format, people: sum, supported: isSupported(format, unmarkedScheme) }))
    .sort(mostFirst);

/** Newest month first, those who never signed in last. */
const lastSignIns = (left: readonly Count[]) =>
  grouped(left, ({ month, neverSignedIn }) => (neverSignedIn ? null : month))
    .map(([month, sum]) => ({ month, people: sum }))
    .sort((one, other) => (other.month ?? '').localeCompare(one.month ?? ''));

/** @param days today is the last of them */
function daily(counts: readonly Count[], now: Date, days: number): PeopleOnDay[] {
  const moved = new Map(grouped(counts, ({ day, state }) => `${day} ${state}`));
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(now.getTime() - (days - 1 - index) * dayMs).toISOString().slice(0, 10);
    const on = (state: Count['state']) => moved.get(`${day} ${state}`) ?? 0;
    return { day, migrated: on('migrated'), imported: on('imported') };
  });
}

/** From the first day on which anybody moved; today is not over. */
function curve(perDay: readonly PeopleOnDay[], counts: readonly Count[]): number[] {
  const days = counts.flatMap(({ day, state }) => (state === 'migrated' && day !== null ? [day] : []));
  const first = days.reduce((earliest, day) => (day < earliest ? day : earliest), '9999-12-31');
  return perDay
    .slice(0, -1)
    .filter(({ day }) => day >= first)
    .map(({ migrated }) => migrated);
}
