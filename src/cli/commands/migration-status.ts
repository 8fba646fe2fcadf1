import { type Command, InvalidArgumentError } from 'commander';
import type { MigrationProgressResponse, VerdictReason } from '#contracts';
import { defaultView } from '../../migration/default-view.js';
import { counted, type Io } from '../command.js';

interface Options {
  days: number;
  inactiveAfter: number;
  json?: true;
}

const explanation = `
Triggers maintain the counts, so this command does not scan the users table, except for imported people who have not signed in: their
hashes are compared. The estimate continues the trend of the last
4 weeks. The old system can be switched off when all active people have migrated; people who have not migrated then lose
their passwords.

Exit status: 0 done; 1 failed; 2 invalid arguments.
Needs DATABASE_URL, and LEGACY_HASH_SCHEME if the API has it.`;

/** `usher migration status` */
export function migrationStatus(migration: Command, io: Io): void {
  migration
    .command('status')
    .description('Show the progress of the migration, and whether the old system can be switched off.')
    .option('--days <number>', 'number of days to show, 1 to 366', numberFrom(1, 366), defaultView.days)
    .option(
      '--inactive-after <months>',
      'months without a sign-in after which a person is inactive, 1 to 120',
      numberFrom(1, 120),
      defaultView.inactiveAfter,
    )
    .option('--json', 'print JSON, as in GET /migration/progress')
    .addHelpText('after', explanation)
    .action(async ({ json, ...view }: Options) => {
      const { readUnmarkedScheme, withProgress } = await import('../contexts/migration.js');
      const unmarkedScheme = readUnmarkedScheme(io);
      const progress = await withProgress(io, async (service) => {
        await service.compareHashes();
        return service.read({ ...view, unmarkedScheme }, Infinity);
      });
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
  const migrations = perDay.filter(({ migrated, imported }) => migrated + imported > 0);
  return [
    `${people(progress.people)}, ${progress.left} not migrated.`,
    ...section(
      'By state',
      states.map(({ state, reason, people: n }) => [n, reason ? `${state}: ${reason}` : state]),
    ),
    ...section(
      'Hash formats of people not migrated',
      formats.map(({ format, people: n, supported }) => [
        n,
        supported ? format : `${format} (not supported)`,
      ]),
    ),
    ...section(
      `Migrated in the last ${view.days} days (UTC)`,
      migrations.map(({ day, migrated, imported }) => [
        migrated,
        imported ? `${day} (and ${imported} imported)` : day,
      ]),
    ),
    ...section(
      'Last sign-in of people not migrated',
      lastSignIn.map(({ month, people: n }) => [n, month ?? 'never']),
    ),
    ...inactive(progress, view.inactiveAfter),
    ...duplicatesOf(progress),
    '',
    estimateOf(progress),
    ...verdictOf(progress),
  ].join('\n');
}

const people = (count: number): string => counted(count, 'person', 'people');

function section(title: string, lines: [number, string][]): string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(([count]) => String(count).length));
  return ['', `${title}:`, ...lines.map(([count, text]) => `  ${String(count).padStart(width)}  ${text}`)];
}

function inactive({ inactive: count, neverSignedIn }: MigrationProgressResponse, months: number): string[] {
  if (count === null)
    return ['', 'The table has no columns of the last sign-in, so all people count as active.'];
  return [
    '',
    `Of the people not migrated, ${count} have not signed in for ${months} months and ${neverSignedIn} have never signed in.`,
  ];
}

function duplicatesOf({ duplicates }: MigrationProgressResponse): string[] {
  const { exact = 0, byCase = 0 } = duplicates ?? {};
  if (exact + byCase === 0) return [];
  return [
    '',
    `Shared addresses: ${exact} in the same spelling, ${byCase} in different spellings. People with a shared address who have not migrated cannot sign in.`,
  ];
}

function estimateOf({ estimate, left }: MigrationProgressResponse): string {
  const { kind, stillToMove, earliest, likely, latest } = estimate;
  switch (kind) {
    case 'done':
      return 'All people who can migrate have migrated.';
    case 'over':
      return `No migrations in the last 2 weeks. ${people(left)} will probably not migrate without an invitation.`;
    case 'too_early':
      return 'Too early for an estimate: it requires 4 weeks of data.';
    case 'not_falling':
      return 'No estimate: the number of migrations per day is not falling.';
    default:
      return (
        `Estimate: ${people(stillToMove ?? 0)} will still migrate, the last about ${likely} ` +
        `(earliest ${earliest}, latest ${latest ?? 'unknown'}).`
      );
  }
}

const reasonTexts: Record<VerdictReason['code'], string> = {
  people_left: 'active people have not migrated',
  resets_open: 'people received a reset code and have not signed in since',
  moves_failed: 'migrations failed; see "usher migration reconcile"',
  import_hashes_changed:
    'imported people have changed their password in the old system since; see "usher migration import --reimport"',
  hashes_unknown: 'active people have a hash that cannot be checked',
  still_moving: 'people migrated in the last 2 weeks, so inactive people still return',
  nobody: 'people of the old system are known',
  source_not_read:
    'tables of the old system were read; set LEGACY_SOURCE of the API, to "none" if the old system had no other people',
};

function basis({
  restsOn: { signedIn, importedWithHash, linked },
}: MigrationProgressResponse['verdict']): string[] {
  const lines: [number, string][] = [
    [signedIn, 'migrated, and have signed in since'],
    [
      importedWithHash,
      'were imported with their hash and have not signed in since, so no password was checked',
    ],
    [linked, 'were found in the pool; Usher never checked their legacy password'],
  ];
  return lines
    .filter(([count]) => count > 0)
    .map(([count, text]) => `  ${counted(count, 'person', 'people')}: ${text}`);
}

function verdictOf({ verdict }: MigrationProgressResponse): string[] {
  if (verdict.canSwitchOff) return ['The old system can be switched off. This rests on:', ...basis(verdict)];
  const reasons = verdict.reasons.map(({ code, people: count }): [number, string] => [
    count,
    reasonTexts[code],
  ]);
  return section('The old system cannot be switched off yet', reasons).slice(1);
}
