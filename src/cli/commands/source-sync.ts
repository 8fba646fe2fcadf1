import type { Command } from 'commander';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';

interface Options {
  full?: true;
  yes?: true;
  json?: true;
}

const explanation = `
Copies the people of the read-only source into the users table, without their hashes, for progress and plan. Users who have migrated
are not changed. The API does the same at its start and every hour.
Ctrl-C ends the command after the current page of 1,000 rows. The next run continues there, also after a crash.
Exit status: 0 done; 1 the source does not answer, or another process syncs; 2 invalid arguments or configuration, or an adopted
table; 3 more than a tenth of 100 or more people are gone or blocked: nobody was taken away without --yes.
Needs DATABASE_URL, LEGACY_SOURCE and SESSION_SECRETS, and LEGACY_DATABASE_URL and LEGACY_UNLOCK_IN if the API has them.`;

/** `usher source sync` */
export function sourceSync(source: Command, io: Io): void {
  source
    .command('sync')
    .description('Copy the people of a read-only source.')
    .option('--full', 'read all rows again, also those that an interrupted run has read')
    .option('--yes', 'take away also more than a tenth of the people')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ full, yes, json }: Options) => {
      const { syncSource } = await import('../contexts/source.js');
      const progress = new ProgressLine(io);
      const onProgress = (rows: number) => progress.at(`read ${counted(rows, 'row')}`);
      const result = await syncSource(io, { full: full === true, yes: yes === true, onProgress }).finally(
        () => progress.end(),
      );
      if (result === undefined) throw new CommandError('Another process syncs the source. Try again later.');
      const { rows, gone, blocked, applied } = result;
      if (json) io.out(`${JSON.stringify(result)}\n`);
      else if (applied) io.out(`Read ${counted(rows, 'row')}: ${gone} gone, ${blocked} newly blocked.\n`);
      if (!applied)
        throw new CommandError(
          `Of the people copied before, ${gone} are gone and ${blocked} are blocked at the source, more than a tenth. ` +
            'Nobody was taken away. If that is right, run the command again with --yes.',
          exitStatus.attention,
        );
    });
}
