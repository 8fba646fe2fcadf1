import type { Command } from 'commander';
import type { Reopening } from '../../users/user-link.service.js';
import { CommandError, counted, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';

const reopenExplanation = `
A user who has migrated cannot migrate again, because the legacy password would become valid again. If the pool user was
deleted by mistake, this command allows the user to migrate again with the legacy password.

Exit status: 0 done, also if there was nothing to do; 1 no such user, or the legacy hash was deleted; 2 invalid arguments.
Needs DATABASE_URL only.`;

const sentences: Record<Exclude<Reopening, 'no_old_password'>, string> = {
  reopened: 'can migrate again with the legacy password',
  not_linked: 'has not migrated: nothing to do',
};

const recountExplanation = `
Only needed if triggers of the users table did not run, such as after a restore with --disable-triggers. Writers are not
blocked. 10 million rows take about 1 minute.

Exit status: 0 done; 1 failed; 2 invalid arguments. Needs DATABASE_URL only.`;

/** `usher migration reopen` and `recount` */
export function migrationCommands(migration: Command, io: Io): void {
  migration
    .command('reopen')
    .description('Allow a migrated user to migrate again.')
    .argument('<email>', 'e-mail address of the user')
    .option('--json', 'print JSON')
    .addHelpText('after', reopenExplanation)
    .action(async (email: string, { json }: { json?: true }) => {
      const { withUserLinks } = await import('../contexts/users.js');
      const reopened = await withUserLinks(io, (links) => links.reopen(email));
      if (reopened === undefined) throw new CommandError('There is no user with this address.');
      const { user, outcome } = reopened;
      if (outcome === 'no_old_password')
        throw new CommandError(
          'The legacy hash of this user was deleted at the migration. Invite the user in the pool, or ask for a new sign-up.',
        );
      const answer = { id: user.id, email: user.email, outcome };
      io.out(`${json ? JSON.stringify(answer) : `${user.email} (id ${user.id}) ${sentences[outcome]}.`}\n`);
    });
  migration
    .command('recount')
    .description('Count all rows of the users table again.')
    .option('--json', 'print JSON')
    .addHelpText('after', recountExplanation)
    .action(async ({ json }: { json?: true }) => {
      const progress = new ProgressLine(io);
      progress.at('counting');
      const { withProgress } = await import('../contexts/migration.js');
      const people = await withProgress(io, (counts) => counts.recount()).finally(() => progress.end());
      io.out(`${json ? JSON.stringify({ people }) : `Counted ${counted(people, 'user')}.`}\n`);
    });
}
