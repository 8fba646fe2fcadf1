import { type Command, InvalidArgumentError, Option } from 'commander';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import type { ImportEnd, ImportReport, ReimportResult } from '../contexts/migration-import.js';
import { ProgressLine } from '../progress-line.js';

interface Options {
  dryRun?: true;
  algorithm?: 'BCRYPT' | 'SCRYPT' | 'ARGON2ID' | 'PBKDF2_SHA256';
  limit?: number;
  canary?: string;
  yes?: true;
  roleArn?: string;
  dir: string;
  reimport?: true;
  poolIsOurs?: true;
  json?: true;
}

const explanation = `
Imports legacy users with their password hashes by Cognito's user import jobs: everybody who may sign in, has not migrated and has a
hash that Cognito imports. All others migrate by signing in. One job at a time; files have at most 500,000 users and 100 MB, only
their owner may read them, and they are deleted when their job is done.

Continues what an earlier run began, also after a crash. With --canary only that person is imported at first; the rest waits
until the person has signed in. Run it again after a job to import people who have come since.

A password that changed at the source after the import and before the first sign-in does not work in the pool. --reimport deletes
the pool users of these people and imports them again: only pool users that the import made and that nobody has used or changed since,
without second factor and groups. The others get a reset: Cognito mails them a code.

Exit status: 0 done; 1 failed; 2 invalid arguments or configuration; 3 the canary has not signed in, or the job was stopped.
Needs DATABASE_URL, AWS_REGION, AWS_COGNITO_USER_POOL_ID and AWS credentials (docs/import.md has the policies), LEGACY_SOURCE,
LEGACY_DATABASE_URL, SESSION_SECRETS, PASSWORD_PEPPERS, LEGACY_HASH_SCHEME, LEGACY_BLOCKED_WHEN and LEGACY_UNLOCK_IN if the API has
them, and USER_ATTRIBUTES and LEGACY_ID_ATTRIBUTE as the migration Lambda has them.`;

/** `usher migration import` */
export function migrationImport(migration: Command, io: Io): void {
  const command = migration
    .command('import')
    .description('Import legacy users with their password hashes.')
    .option('--dry-run', 'count who would be imported; write and send nothing')
    .addOption(
      new Option('--algorithm <name>', 'only hashes of one algorithm').choices([
        ...['BCRYPT', 'SCRYPT', 'ARGON2ID', 'PBKDF2_SHA256'],
      ]),
    )
    .option('--limit <number>', 'import at most so many people', atLeastOne)
    .option('--canary <email>', 'import this person first, and the rest when the person has signed in')
    .option('--yes', 'do not wait for the canary')
    .option('--role-arn <arn>', 'role with which Cognito writes the log of a job')
    .option('--dir <dir>', 'folder of the files', '.usher-import')
    .option('--reimport', 'import people again whose password has changed at the source since their import')
    .option('--pool-is-ours', 'no other application signs people in to this pool; --reimport needs it')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action((options: Options) => importUsers(options, io));
  command
    .command('status')
    .description('Show the files and jobs of imports.')
    .option('--json', 'print JSON')
    .action((_options: object, self: Command) => showStatus(self.optsWithGlobals().json === true, io));
  command
    .command('stop')
    .description('Stop the running job, and files that were not sent.')
    .action(() => stop(io));
  command
    .command('rejects')
    .description('List the people whom Cognito did not import, with the reason.')
    .option('--csv', 'print CSV')
    .action(({ csv }: { csv?: true }) => listRejects(csv === true, io));
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1.');
  return Number(text);
}

async function importUsers(options: Options, io: Io): Promise<void> {
  if (options.reimport && !options.poolIsOurs)
    throw new CommandError(
      'This deletes pool users. Usher cannot see who has signed in through another application: ' +
        'confirm with --pool-is-ours that there is none.',
      exitStatus.usage,
    );
  const { withImport } = await import('../contexts/migration-import.js');
  const progress = new ProgressLine(io);
  try {
    const reimport = options.reimport === true;
    const { dryRun, algorithm, limit = Infinity, canary, yes, roleArn, dir: folder, json } = options;
    const result = await withImport(io, (command) =>
      command.run(io, {
        ...{
          dryRun: dryRun === true,
          algorithm,
          limit,
          canary,
          yes: yes === true,
          roleArn,
          folder,
          reimport,
        },
        onProgress: (text) => progress.at(text),
      }),
    );
    if (result === undefined) throw new CommandError('Another process imports. Try again later.');
    io.out(`${json ? JSON.stringify(result.report) : reportOf(result.report, dryRun === true)}\n`);
    const problem = problemOf(result.end);
    if (problem) throw problem;
  } finally {
    progress.end();
  }
}

const reasons: Record<string, string> = {
  address_blank: 'no address',
  address_invalid: 'invalid address',
  address_duplicate: 'address shared with another user',
  hash_missing: 'no password',
  hash_unknown: 'hash of an unknown format',
  hash_impossible: 'damaged hash',
  hash_too_costly: 'hash above the cost limits of the import',
  hash_replaced: 'password set through Usher',
  peppered: 'hash that may have a pepper',
  format: 'hash of a format that Cognito does not import',
  blocked: 'blocked',
  locked: 'locked at the moment',
  unverified: 'address not verified',
  attribute_too_long: 'attribute longer than the pool allows',
  attribute_missing: 'attribute missing that the pool requires',
  not_writable: 'name or attribute with characters that an import file cannot hold',
  migrated: 'migrated already',
  reset_sent: 'in the pool already, after a reset',
  other_algorithm: 'hash of another algorithm',
  limit: 'above the limit',
  changed: 'changed while the files were written',
  not_copied: 'not in the users table',
  known: 'in an earlier file',
  not_found: 'not found',
  not_in_pool: 'the pool user is gone',
  other_pool_user: 'the pool has another user',
  disabled_in_pool: 'disabled in the pool',
  second_factor: 'has a second factor',
  in_group: 'is in a group',
  modified: 'changed in the pool since the import',
};

function reportOf(
  { jobs, leftOut, canary, states, changed, reimport }: ImportReport,
  isDry: boolean,
): string {
  const total = jobs.reduce((sum, { rows }) => sum + rows, 0);
  return [
    `${isDry ? 'Would write' : 'Wrote'} ${counted(total, 'user')}.`,
    ...jobs.map(
      ({ algorithm, rows, files }) => `  ${algorithm}: ${counted(rows, 'user')} in ${counted(files, 'file')}`,
    ),
    ...(leftOut.length > 0 ? ['Left out; they migrate by signing in if they can:'] : []),
    ...leftOut.map(({ reason, rows }) => `  ${rows}  ${reasons[reason] ?? reason}`),
    ...(reimport ? reimported(reimport, isDry) : []),
    ...(Object.keys(states).length > 0 ? ['All imports so far:'] : []),
    ...Object.entries(states).map(([state, users]) => `  ${users}  ${state}`),
    ...changedLine(changed),
    ...(canary
      ? [
          `Canary ${escapeControlChars(canary.email, 254)}: ${canary.signedIn ? 'has signed in' : canary.state}.`,
        ]
      : []),
  ].join('\n');
}

const changedLine = (changed = 0): string[] =>
  changed === 0
    ? []
    : [
        `The password of ${counted(changed, 'imported person', 'imported people')} has changed at the source. See --reimport, and "usher migration import rejects".`,
      ];

function reimported({ deleted, left }: ReimportResult, isDry: boolean): string[] {
  return [
    `${isDry ? 'Would import' : 'Imported'} ${counted(deleted, 'person', 'people')} again whose password has changed at the source.`,
    ...(left.length > 0 ? ['Not again:'] : []),
    ...left.map(
      ({ id, email, reason, reset }) =>
        `  ${escapeControlChars(email, 254)} (id ${escapeControlChars(id, 40)}): ${reasons[reason] ?? reason}${reset ? '; Cognito has mailed a reset code' : ''}`,
    ),
  ];
}

function problemOf(end: ImportEnd): CommandError | undefined {
  switch (end.kind) {
    case 'complete':
      return undefined;
    case 'canary_waits':
      return new CommandError(
        `Nothing was sent: ${escapeControlChars(end.canary.email, 254)} has not signed in yet. Send the rest anyway with --yes.`,
        exitStatus.attention,
      );
    case 'canary_failed':
      return new CommandError(
        `Cognito did not import the canary ${escapeControlChars(end.canary.email, 254)} (${end.canary.reason ?? end.canary.state}). ` +
          'Nothing else was sent. Choose another one with --canary, or send the rest with --yes.',
        exitStatus.attention,
      );
    case 'canary_left_out':
      return new CommandError(
        `The canary cannot be imported: ${reasons[end.reason] ?? end.reason}. Nothing was sent.`,
      );
    case 'stopped':
      return new CommandError('The import was stopped. Run it again to send the rest.', exitStatus.attention);
    case 'job_failed':
      return new CommandError(
        `The job ended with ${end.status}${end.message === undefined ? '' : `: ${end.message}`} ` +
          'See "usher migration import rejects". Users whom the job did not reach are sent by the next run.',
      );
  }
}

async function showStatus(json: boolean, io: Io): Promise<void> {
  const { withImport } = await import('../contexts/migration-import.js');
  const { running, files, ...report } = await withImport(io, ({ userImport }) => userImport.status());
  const listed = files.map(({ algorithm, jobName, state, rows, bytes, jobId, jobStatus, message }) => ({
    ...{ algorithm, jobName, state, rows, bytes, jobId, jobStatus, message },
  }));
  if (json) {
    io.out(`${JSON.stringify({ ...report, running, files: listed })}\n`);
    return;
  }
  const lines = listed.map(
    ({ algorithm, rows, state, jobName, jobStatus, message }) =>
      `  ${jobName}: ${counted(rows, 'user')} ${algorithm}, ${state}${jobStatus === null ? '' : `, job ${jobStatus}`}${message === null ? '' : `: ${message}`}`,
  );
  const { states, canary, changed } = report;
  io.out(
    `${[
      running ? 'An import runs.' : 'No import runs.',
      ...(lines.length > 0 ? ['Files:', ...lines] : []),
      ...Object.entries(states).map(([state, users]) => `  ${users}  ${state}`),
      ...changedLine(changed),
      ...(canary
        ? [
            `Canary ${escapeControlChars(canary.email, 254)}: ${canary.signedIn ? 'has signed in' : canary.state}.`,
          ]
        : []),
    ].join('\n')}\n`,
  );
}

async function stop(io: Io): Promise<void> {
  const { withImport } = await import('../contexts/migration-import.js');
  const files = await withImport(io, ({ userImport }) => userImport.stop());
  io.out(
    files === 0
      ? 'Nothing to stop.\n'
      : `Stopped ${counted(files, 'file')}. The next run continues with the others.\n`,
  );
}

async function listRejects(csv: boolean, io: Io): Promise<void> {
  const { csvOfReject, withImport } = await import('../contexts/migration-import.js');
  if (csv) io.out('id,email,state,algorithm,reason\r\n');
  let count = 0;
  await withImport(io, async ({ userImport }) => {
    for await (const users of userImport.rejects()) {
      count += users.length;
      io.out(
        users
          .map((user) =>
            csv
              ? csvOfReject(user)
              : `${escapeControlChars(user.email, 254)} (id ${escapeControlChars(user.legacyId, 40)}) ${user.state}: ${user.reason ?? ''}\n`,
          )
          .join(''),
      );
    }
  });
  if (!csv) io.out(`${counted(count, 'person', 'people')} not imported.\n`);
}
