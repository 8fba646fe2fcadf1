import { type Command, InvalidArgumentError } from 'commander';
import type { MigrationProgressResponse, VerdictReason } from '#contracts';
import { MigrationProgress, usualView } from '../../migration/migration-progress.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Io } from '../command.js';
import { requireVariables } from '../config/variables.js';
import { withDatabase } from '../with-database.js';

interface Options {
  days: number;
  inactiveAfter: number;
  json?: true;
}

const explanation = `
The numbers are kept as people come and go, so asking costs nothing. The estimate supposes that people go on coming as in
the last four weeks. The old system can be switched off once nobody active has yet to move: whoever moves later
would have no password any more.

Exit status: 0 done; 1 not possible; 2 used wrongly.
Needs DATABASE_URL, and LEGACY_HASH_SCHEME where the API has it.`;

/** `usher migration status` */
export function migrationStatus(migration: Command, io: Io): void {
  migration
    .command('status')
    .description('How far the migration is, and whether the old system can be switched off.')
    .option('--days <number>', 'how many days to show, 1 to 366', numberFrom(1, 366), usualView.days)
    .option(
      '--inactive-after <months>',
      'months without a sign-in after which nobody waits for a person, 1 to 120',
      numberFrom(1, 120),
      usualView.inactiveAfter,
    )
    .option('--json', 'answer as JSON, as GET /migration/progress does')
    .addHelpText('after', explanation)
    .action(async ({ json, ...view }: Options) => {
      const { LEGACY_HASH_SCHEME: unmarkedScheme } = requireVariables(io.variables(), 'LEGACY_HASH_SCHEME');
      const progress = await withDatabase(io, (database) =>
        MigrationProgress.of(database, new Clock()).read({ ...view, unmarkedScheme }, Infinity),
      );
      io.out(`${json ? JSON.stringify(progress) : report(progress, view)}\n`);
    });
}

function numberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d{1,9}$/.test(text) || number < min || number > max)
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return number;
  };
}

function report(progress: MigrationProgressResponse, view: Omit<Options, 'json'>): string {
  const { states, formats, perDay, lastSignIn } = progress;
  const moved = perDay.filter(({ migrated, imported }) => migrated + imported > 0);
  return [
    `${people(progress.people)}, of whom ${progress.left} have yet to move.`,
    ...section(
      'What became of them',
      states.map(({ state, reason, people: n }) => [n, reason ? `${state}: ${reason}` : state]),
    ),
    ...section(
      'Hashes of those left',
      formats.map(({ format, people: n, supported }) => [
        n,
        supported ? format : `${format} cannot be checked`,
      ]),
    ),
    ...section(
      `Moved in the last ${view.days} days (UTC)`,
      moved.map(({ day, migrated, imported }) => [
        migrated,
        imported ? `${day}, and ${imported} imported` : day,
      ]),
    ),
    ...section(
      'Last sign-in of those left',
      lastSignIn.map(({ month, people: n }) => [n, month ?? 'never']),
    ),
    ...inactive(progress, view.inactiveAfter),
    ...duplicatesOf(progress),
    '',
    estimateOf(progress),
    ...verdictOf(progress),
  ].join('\n');
}

const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);

function section(title: string, lines: [number, string][]): string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(([count]) => String(count).length));
  return ['', `${title}:`, ...lines.map(([count, text]) => `  ${String(count).padStart(width)}  ${text}`)];
}

function inactive({ inactive: count, neverSignedIn }: MigrationProgressResponse, months: number): string[] {
  if (count === null)
    return ['', 'The table does not tell when people signed in last: nobody counts as inactive.'];
  return [
    '',
    `Of those left, ${count} did not sign in for ${months} months, ${neverSignedIn} of them never.`,
  ];
}

function duplicatesOf({ duplicates }: MigrationProgressResponse): string[] {
  const { exact = 0, byCase = 0 } = duplicates ?? {};
  if (exact + byCase === 0) return [];
  return [
    '',
    `Addresses that several people share: ${exact} in the same spelling, ${byCase} in different ones. Those of them who have not migrated cannot sign in.`,
  ];
}

function estimateOf({ estimate, left }: MigrationProgressResponse): string {
  const { kind, stillToMove, earliest, likely, latest } = estimate;
  switch (kind) {
    case 'done':
      return 'Everybody who can move has moved.';
    case 'over':
      return `Nobody has moved for two weeks: ${people(left)} will hardly come by themselves.`;
    case 'too_early':
      return 'Too early for an estimate: it needs four weeks.';
    case 'not_falling':
      return 'No end can be estimated yet: people still come as often as two weeks ago.';
    default:
      return (
        `If it goes on like this, ${people(stillToMove ?? 0)} will still move by themselves, the last of them about ${likely} ` +
        `(${earliest} at the earliest, ${latest ? `${latest} at the latest` : 'or much later'}).`
      );
  }
}

const reasonTexts: Record<VerdictReason['code'], string> = {
  people_left: 'active people have yet to move',
  resets_open: 'people were mailed a reset code and have not signed in since',
  moves_failed: 'moves failed; "usher migration reconcile" may say more',
  hashes_unknown: 'active people have a hash that nobody can check',
  still_moving: 'people moved within the last two weeks, so inactive ones still come back',
};

function verdictOf({ verdict }: MigrationProgressResponse): string[] {
  if (verdict.canSwitchOff) return ['The old system can be switched off.'];
  const reasons = verdict.reasons.map(({ code, people: count }): [number, string] => [
    count,
    reasonTexts[code],
  ]);
  return section('The old system cannot be switched off yet', reasons).slice(1);
}
