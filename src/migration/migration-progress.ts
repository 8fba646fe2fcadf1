import { Injectable } from '@nestjs/common';
import type {
  DuplicateAddressCount,
  MigrationProgressResponse,
  MigrationVerdict,
  PeopleInState,
  PeopleOnDay,
  VerdictBasis,
  VerdictReason,
} from '#contracts';
import { Clock } from '../common/clock/clock.js';
import { isSupported } from '../credentials/supported-formats.js';
import { DuplicateAddresses } from '../users/duplicate-addresses.js';
import { ImportDrift } from './persistence/import-drift.repository.js';
import { type Count, MigrationCounts } from './persistence/migration-counts.repository.js';
import { daysForEstimate, estimate } from './progress/estimate.js';

export interface View {
  now: Date;
  /** Number of days in `perDay`. */
  days: number;
  /** Months. */
  inactiveAfter: number;
  /** `null` when the count timed out. */
  duplicates: DuplicateAddressCount | null;
  /** Whether the table has the columns of the last sign-in. */
  knowsSignIns: boolean;
  /** Whether all people of the old system are counted. */
  sourceRead: boolean;
  /** Imported people who have not signed in and whose hash has changed at the source since, and those who were reset because of it. */
  drift: { changed: number; reset: number };
  /** Scheme of plain digests, as configured. */
  unmarkedScheme: string | undefined;
}

/** Progress of the migration, from maintained counts: reading it does not scan the users table. */
@Injectable()
export class MigrationProgress {
  constructor(
    private readonly counts: MigrationCounts,
    private readonly duplicates: DuplicateAddresses,
    private readonly drift: ImportDrift,
    private readonly clock: Clock,
  ) {}

  /** @param timeoutMs how long to wait for the count of duplicate addresses; after that `duplicates` is `null` */
  async read(
    view: Pick<View, 'days' | 'inactiveAfter' | 'unmarkedScheme'>,
    timeoutMs: number,
  ): Promise<MigrationProgressResponse> {
    const [counts, knowsSignIns, sourceRead, duplicates, drift] = await Promise.all([
      this.counts.read(),
      this.counts.knowsSignIns(),
      this.counts.isSourceRead(),
      this.duplicates.read(timeoutMs),
      this.drift.count(),
    ]);
    return summarise(counts, { ...view, knowsSignIns, sourceRead, duplicates, drift, now: this.clock.now() });
  }

  /** For commands: the API compares the hashes of imported people every minute. */
  async compareHashes(): Promise<void> {
    await this.drift.compareTable();
  }

  /** Counts all rows again. @returns their number */
  async recount(): Promise<number> {
    await this.counts.recount();
    return (await this.counts.read()).reduce((sum, { people }) => sum + people, 0);
  }
}

const dayMs = 86_400_000;
const recentDays = 14;

/** @returns the progress report of the counts */
export function summarise(counts: readonly Count[], view: View): MigrationProgressResponse {
  const left = counts.filter(isLeft);
  const isInactive = inactivityFilter(view);
  const [active, inactive] = [left.filter((count) => !isInactive(count)), left.filter(isInactive)];
  const unknown = active.filter(({ format }) => !isSupported(format ?? 'other', view.unmarkedScheme));
  const perDay = daily(counts, view.now, Math.max(view.days, daysForEstimate) + 1);
  const nobody = !counts.some(isOfOldSystem);
  const complete = view.sourceRead && !nobody;
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
    estimate: estimate({ perDay: curve(perDay, counts), left: people(left), complete, today: view.now }),
    verdict: verdict({
      ...{ nobody, sourceRead: view.sourceRead },
      legacy: inState('legacy'),
      resetSent: inState('reset_sent') + view.drift.reset,
      changed: view.drift.changed,
      failed: inState('failed'),
      unknownHash: people(unknown),
      total: people(left),
      migratedRecently: perDay.slice(-recentDays).reduce((sum, { migrated }) => sum + migrated, 0),
      restsOn: basis(counts),
    }),
  };
}

const isLeft = ({ state }: Count): boolean => ['legacy', 'reset_sent', 'failed'].includes(state);

/** Not signed up here, nor created by a sign-in of a pool user whom Usher did not know. */
const isOfOldSystem = ({ reason, people }: Count): boolean =>
  people > 0 && reason !== 'signed_up' && reason !== 'not_known_here';

const people = (counts: readonly Count[]): number => counts.reduce((sum, count) => sum + count.people, 0);

/** Without a sign-in the month of the sign-up counts. Without the columns of the last sign-in all people are active. */
function inactivityFilter({ now, inactiveAfter, knowsSignIns }: View): (count: Count) => boolean {
  const limit = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - inactiveAfter, 1));
  const month = limit.toISOString().slice(0, 7);
  return (count) => knowsSignIns && count.month !== null && count.month < month;
}

/** @returns the sum of each key, in the order of first occurrence */
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

/** Newest month first; people who never signed in are last. */
const lastSignIns = (left: readonly Count[]) =>
  grouped(left, ({ month, neverSignedIn }) => (neverSignedIn ? null : month))
    .map(([month, sum]) => ({ month, people: sum }))
    .sort((one, other) => (other.month ?? '').localeCompare(one.month ?? ''));

/** @param days number of days, today included */
function daily(counts: readonly Count[], now: Date, days: number): PeopleOnDay[] {
  const migrations = new Map(grouped(counts, ({ day, state }) => `${day} ${state}`));
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(now.getTime() - (days - 1 - index) * dayMs).toISOString().slice(0, 10);
    const on = (state: Count['state']) => migrations.get(`${day} ${state}`) ?? 0;
    return { day, migrated: on('migrated'), imported: on('imported') };
  });
}

/** Migrations per day, from the first day with a migration until yesterday. */
function curve(perDay: readonly PeopleOnDay[], counts: readonly Count[]): number[] {
  const days = counts.flatMap(({ day, state }) => (state === 'migrated' && day !== null ? [day] : []));
  const first = days.reduce((earliest, day) => (day < earliest ? day : earliest), '9999-12-31');
  return perDay
    .slice(0, -1)
    .filter(({ day }) => day >= first)
    .map(({ migrated }) => migrated);
}

/** Groups of people who have not migrated. Without inactive people, except in `total`. */
interface Remaining {
  /** No person of the old system is known. */
  nobody: boolean;
  sourceRead: boolean;
  legacy: number;
  resetSent: number;
  failed: number;
  /** Imported, with another password at the source since. */
  changed: number;
  /** In any state, with a hash that cannot be checked. */
  unknownHash: number;
  /** Also inactive people. */
  total: number;
  /** People who migrated within the last two weeks. */
  migratedRecently: number;
  restsOn: VerdictBasis;
}

function basis(counts: readonly Count[]): VerdictBasis {
  const ofOldSystem = counts.filter(isOfOldSystem);
  const imported = ofOldSystem.filter(({ state }) => state === 'imported');
  return {
    signedIn: people(ofOldSystem.filter(({ state }) => state === 'migrated')),
    importedWithHash: people(imported.filter(({ reason }) => reason === 'hash_import')),
    linked: people(imported.filter(({ reason }) => reason !== 'hash_import')),
  };
}

/** Whether the old system can be switched off: people who have not migrated could not sign in any more. */
function verdict({ legacy, resetSent, failed, unknownHash, restsOn, ...rest }: Remaining): MigrationVerdict {
  const groups: VerdictReason[] = [
    { code: 'people_left', people: legacy },
    { code: 'resets_open', people: resetSent },
    { code: 'moves_failed', people: failed },
    { code: 'import_hashes_changed', people: rest.changed },
    { code: 'hashes_unknown', people: unknownHash },
    // Inactive people still return as long as people migrate.
    { code: 'still_moving', people: rest.total > 0 ? rest.migratedRecently : 0 },
  ];
  const reasons = groups.filter(({ people }) => people > 0);
  if (rest.nobody) reasons.push({ code: 'nobody', people: 0 });
  if (!rest.sourceRead) reasons.push({ code: 'source_not_read', people: 0 });
  return { canSwitchOff: reasons.length === 0, reasons, restsOn };
}
