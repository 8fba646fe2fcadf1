import type { Command } from 'commander';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import type { FindingId, Plan, Way } from '../../migration/migration-plan.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';

interface Options {
  out?: string;
  json?: true;
}

const explanation = `
Reads every row of the source of LEGACY_SOURCE, else of the users table, once (pages with duplicate addresses twice) and changes
nothing. No password hash is computed.
The table may be one on which Usher has not started yet.

The schema of the pool is checked if AWS_REGION, AWS_COGNITO_USER_POOL_ID and AWS credentials that allow
cognito-idp:DescribeUserPool are set; USER_ATTRIBUTES and LEGACY_ID_ATTRIBUTE must then be those of the migration Lambda.

Exit status: 0 nothing to do; 1 failed; 2 invalid arguments; 3 findings that need a decision.
Needs DATABASE_URL, or LEGACY_SOURCE and LEGACY_DATABASE_URL, and PASSWORD_PEPPERS, LEGACY_HASH_SCHEME, LEGACY_BLOCKED_WHEN
and LEGACY_UNLOCK_IN if the API has them.`;

/** `usher migration plan` */
export function migrationPlan(migration: Command, io: Io): void {
  migration
    .command('plan')
    .description(
      'Judge every legacy user: who can be imported, migrates at a sign-in, needs a reset or is blocked.',
    )
    .option(
      '--out <dir>',
      'write one CSV file per finding into this folder: new, empty, or of an earlier plan',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ out, json }: Options) => {
      const { openFindingFiles, runPlan } = await import('../contexts/migration-plan.js');
      const files = out === undefined ? undefined : openFindingFiles(out);
      const progress = new ProgressLine(io);
      try {
        const { plan, decisions } = await runPlan(io, {
          onProgress: (rows) => progress.at(`judged ${counted(rows, 'row')}`),
          ...(files && { onFinding: files.write }),
        });
        files?.commit();
        io.out(`${json ? JSON.stringify(plan) : report(plan)}\n`);
        if (decisions > 0)
          throw new CommandError(
            `${counted(decisions, 'legacy user')} with findings that need a decision.`,
            exitStatus.attention,
          );
      } finally {
        progress.end();
        files?.discard();
      }
    });
}

const ways: Record<Way, string> = {
  import: 'can be imported with the hash',
  sign_in: 'migrate at the first sign-in only',
  reset: 'need a password reset',
  blocked: 'cannot sign in as things are',
};

const findings: Record<FindingId, string> = {
  address_blank: 'no address',
  address_invalid: 'invalid address',
  address_duplicate: 'address shared with another user, exactly or by case',
  hash_missing: 'no password',
  hash_unknown: 'hash of an unknown format',
  hash_impossible: 'hash that is damaged: no password can match it',
  hash_too_costly: 'hash above the cost limit',
  blocked: 'blocked by the old application',
  unverified: 'address not verified',
  attribute_too_long: 'attribute longer than the pool allows',
  attribute_missing: 'attribute missing that the pool requires',
  import_hash_changed:
    'imported, with another password in the old application since: see "usher migration import --reimport"',
};

function report(plan: Plan): string {
  const { source, rows, activity } = plan;
  return [
    `${counted(rows, 'legacy user')} ${source.mode === 'adopted' ? 'in the' : 'of the source'} ${escapeControlChars(source.location)}.`,
    ...table(
      'Ways into the pool',
      (Object.keys(ways) as Way[]).flatMap((way) => linesOfWay(plan, way)),
    ),
    ...table(
      'Findings',
      plan.findings.map(({ id, rows: count, sample }) => [
        count === null ? 'not checked' : String(count),
        `${id}: ${findings[id]}${sampleOf(sample)}`,
      ]),
    ),
    ...table(
      'Last sign-in',
      activity.map(({ month, rows: count }) => [String(count), month ?? 'never, or not known']),
    ),
    '',
    estimateOf(plan),
  ].join('\n');
}

function linesOfWay(plan: Plan, way: Way): [string, string][] {
  const lines = plan.ways.filter((line) => line.way === way);
  const sum = lines.reduce((total, { rows }) => total + rows, 0);
  const share = plan.rows === 0 ? '' : ` (${((100 * sum) / plan.rows).toFixed(1)} %)`;
  return [
    [String(sum), `${ways[way]}${share}`],
    ...lines.map(({ format, rows }): [string, string] => [String(rows), `    ${format ?? 'no password'}`]),
  ];
}

/** Ids of the old application may be any text. */
const sampleOf = (sample: readonly string[]): string =>
  sample.length === 0
    ? ''
    : `, such as ${sample
        .slice(0, 3)
        .map((id) => escapeControlChars(id, 40))
        .join(', ')}`;

function table(title: string, lines: [string, string][]): string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(([count]) => count.length));
  return ['', `${title}:`, ...lines.map(([count, text]) => `  ${count.padStart(width)}  ${text}`)];
}

function estimateOf({ estimate: { kind, stillToMove, earliest, likely, latest } }: Plan): string {
  switch (kind) {
    case 'done':
      return 'No estimate: no legacy user can migrate by signing in.';
    case 'too_early':
      return 'No estimate: the source does not say when people signed in.';
    case 'over':
      return `Estimate: ${counted(stillToMove ?? 0, 'legacy user')} will sign in within the first weeks; others need an invitation or an import.`;
    case 'not_falling':
      return 'No estimate: sign-ins of the last 4 weeks do not show how many people will return.';
    default:
      return (
        `Estimate, if the migration begins today: ${counted(stillToMove ?? 0, 'legacy user')} will migrate by signing in, ` +
        `the last about ${likely} (earliest ${earliest}, latest ${latest ?? 'unknown'}).`
      );
  }
}
