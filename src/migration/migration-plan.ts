import type { MigrationEstimate } from '#contracts';
import type { LegacyUser, SourceDescription } from '../legacy/legacy-source.js';
import { AddressDigests, findDuplicates, readAll, type Scannable } from './plan/address-duplicates.js';
import {
  type FindingId,
  findingIds,
  type JudgeOptions,
  type Judgement,
  judgeRow,
  type Way,
} from './plan/judge-row.js';
import { daysForEstimate, estimate } from './progress/estimate.js';

export { attributeCheck } from './plan/pool-attributes.js';
export { findChangedImports } from './plan/changed-imports.js';
export { FindingFiles, FolderInUseError } from './plan/finding-files.js';
export type { FindingId, Way } from './plan/judge-row.js';

export interface Plan {
  source: SourceDescription;
  /** Legacy users who are not linked to a pool user. */
  rows: number;
  /** Their sum is `rows`. `format` is `null` without a hash. */
  ways: { way: Way; format: string | null; rows: number }[];
  /** Findings with rows. `rows` is `null` for what was not checked: the pool's schema without access to it. */
  findings: { id: FindingId; rows: number | null; sample: string[] }[];
  /** By month of the last sign-in, newest first; `null`: never, or the source does not say. */
  activity: { month: string | null; rows: number }[];
  /** For a migration that begins today. `too_early`: the source does not say when people signed in. */
  estimate: MigrationEstimate;
}

export interface PlanOptions extends JudgeOptions {
  now: Date;
  /** Ids of users who were imported, have not signed in, and have another hash since. */
  changedImports?: ReadonlySet<string>;
  /** Called for each finding of a row, in the order of the source; duplicates come at the end. */
  onFinding?: (id: FindingId, user: LegacyUser, judgement: Judgement) => void;
  /** @param rows judged so far */
  onProgress?: (rows: number) => void;
}

const longestSample = 20;

const dayMs = 86_400_000;

/**
 * Judges every row of a source. Keeps 10 bytes a row (26 at the end), and the duplicates.
 * @returns the plan, and the number of rows about which the operator has to decide
 */
export async function planMigration(
  source: Scannable,
  options: PlanOptions,
): Promise<{ plan: Plan; decisions: number }> {
  const tally = new Tally(options);
  const addresses = new AddressDigests();
  let after: string | undefined;
  for await (const { users, next } of readAll(source)) {
    addresses.startPage(after, users.length);
    after = next;
    for (const user of users) {
      const judgement = judgeRow(user, options);
      if (judgement.address !== undefined) addresses.add(judgement.address);
      if (!user.migrated) tally.add(user, judgement);
      if (options.changedImports?.has(user.id)) tally.addChangedImport(user, judgement);
    }
    options.onProgress?.(tally.rows);
  }
  for (const user of await findDuplicates(source, addresses))
    if (!user.migrated) tally.addDuplicate(user, judgeRow(user, options));
  return { plan: { source: source.describe(), ...tally.result() }, decisions: tally.decisions };
}

/** Adds judgements up. */
class Tally {
  rows = 0;
  decisions = 0;
  private readonly ways = new Map<string | null, Record<Way, number>>();
  private readonly findings = new Map<FindingId, { rows: number; sample: string[] }>();
  private readonly months = new Map<number, number>();
  /** Last sign-ins of the days before today, newest first. */
  private readonly lastSignIns = Array<number>(daysForEstimate).fill(0);
  private readonly today: number;

  constructor(private readonly options: PlanOptions) {
    this.today = Math.floor(options.now.getTime() / dayMs);
  }

  add(user: LegacyUser, judgement: Judgement): void {
    this.rows += 1;
    this.count(judgement.way, judgement.format, 1);
    if (judgement.needsDecision) this.decisions += 1;
    for (const id of judgement.findings) this.report(id, user, judgement);
    const { lastSignInAt } = user;
    const month = lastSignInAt ? lastSignInAt.getUTCFullYear() * 12 + lastSignInAt.getUTCMonth() : never;
    this.months.set(month, (this.months.get(month) ?? 0) + 1);
    if (!lastSignInAt || judgement.way === 'blocked' || judgement.way === 'reset') return;
    const age = Math.max(this.today - 1 - Math.floor(lastSignInAt.getTime() / dayMs), 0);
    if (age < daysForEstimate) this.lastSignIns[age] = (this.lastSignIns[age] ?? 0) + 1;
  }

  /** @param judgement of the row by itself, which `add` has counted */
  addDuplicate(user: LegacyUser, judgement: Judgement): void {
    this.count(judgement.way, judgement.format, -1);
    this.count('blocked', judgement.format, 1);
    if (!judgement.needsDecision) this.decisions += 1;
    this.report('address_duplicate', user, { ...judgement, way: 'blocked' });
  }

  /** Linked users of an adopted table have not been added. */
  addChangedImport(user: LegacyUser, judgement: Judgement): void {
    if (user.migrated || !judgement.needsDecision) this.decisions += 1;
    this.report('import_hash_changed', user, judgement);
  }

  result(): Omit<Plan, 'source'> {
    const ways = [...this.ways].flatMap(([format, counts]) =>
      wayOrder.flatMap((way) => (counts[way] > 0 ? [{ way, format, rows: counts[way] }] : [])),
    );
    return {
      rows: this.rows,
      ways: ways.sort(
        (one, other) => wayOrder.indexOf(one.way) - wayOrder.indexOf(other.way) || other.rows - one.rows,
      ),
      findings: findingIds.flatMap((id) => this.findingOf(id)),
      activity: [...this.months]
        .sort(([one], [other]) => other - one)
        .map(([month, rows]) => ({ month: month === never ? null : nameOf(month), rows })),
      estimate: this.estimate(ways),
    };
  }

  private count(way: Way, format: string | null, change: number): void {
    let counts = this.ways.get(format);
    if (!counts) this.ways.set(format, (counts = { import: 0, sign_in: 0, reset: 0, blocked: 0 }));
    counts[way] += change;
  }

  private report(id: FindingId, user: LegacyUser, judgement: Judgement): void {
    const finding = this.findings.get(id) ?? { rows: 0, sample: [] };
    this.findings.set(id, finding);
    finding.rows += 1;
    if (finding.sample.length < longestSample) finding.sample.push(user.id);
    this.options.onFinding?.(id, user, judgement);
  }

  private findingOf(id: FindingId): Plan['findings'] {
    if (id.startsWith('attribute_') && !this.options.checkAttributes) return [{ id, rows: null, sample: [] }];
    const found = this.findings.get(id);
    return found ? [{ id, ...found }] : [];
  }

  /**
   * Of people who sign in at their own pace, as many come back within n days as were last seen within n days. So the last
   * sign-ins, newest first, stand for the migrations of the first weeks.
   */
  private estimate(ways: Plan['ways']): MigrationEstimate {
    const left = ways
      .filter(({ way }) => way === 'import' || way === 'sign_in')
      .reduce((sum, { rows }) => sum + rows, 0);
    const expected = this.lastSignIns.reduce((sum, rows) => sum + rows, 0);
    const knowsSignIns = [...this.months.keys()].some((month) => month !== never);
    const lastDay = new Date(this.options.now.getTime() + daysForEstimate * dayMs);
    const found = estimate({
      perDay: knowsSignIns ? this.lastSignIns : [],
      left: left === 0 ? 0 : Math.max(left - expected, 1),
      complete: true,
      today: lastDay,
    });
    return { ...found, stillToMove: found.stillToMove === null ? null : found.stillToMove + expected };
  }
}

/** Sorts after all months. */
const never = -Infinity;

const nameOf = (month: number): string =>
  `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((((month % 12) + 12) % 12) + 1).padStart(2, '0')}`;

const wayOrder: readonly Way[] = ['import', 'sign_in', 'reset', 'blocked'];
