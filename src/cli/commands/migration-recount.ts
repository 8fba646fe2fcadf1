import type { Command } from 'commander';
import { MigrationProgress } from '../../migration/migration-progress.js';
import { Clock } from '../../platform/clock/clock.js';
import type { Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';
import { withDatabase } from '../with-database.js';

const explanation = `
Only needed where triggers of the users table did not run, such as after a restore with --disable-triggers. Nobody is held
up meanwhile. Ten million people take about a minute.

Exit status: 0 done; 1 not possible; 2 used wrongly. Needs DATABASE_URL and nothing else.`;

/** `usher migration recount` */
export function migrationRecount(migration: Command, io: Io): void {
  migration
    .command('recount')
    .description('Count everybody anew.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: { json?: true }) => {
      const progress = new ProgressLine(io);
      progress.at('counting');
      const people = await withDatabase(io, (database) =>
        MigrationProgress.of(database, new Clock()).recount(),
      ).finally(() => progress.end());
      io.out(`${json ? JSON.stringify({ people }) : `Counted: ${people} people.`}\n`);
    });
}
