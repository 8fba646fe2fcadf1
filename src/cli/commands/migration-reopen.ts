import type { Command } from 'commander';
import { type Reopening, UserRelinking } from '../../users/user-relinking.js';
import { CommandError, type Io } from '../command.js';
import { withDatabase } from '../with-database.js';

const explanation = `
Whoever has moved is not taken over a second time: the old password would open the door again for whoever knows it. Where
the user in the pool was deleted by mistake, this lets the person move once more, with the old password.

Exit status: 0 done, also when there was nothing to do; 1 no such user, or no old password any more; 2 used wrongly.
Needs DATABASE_URL and nothing else.`;

const sentences: Record<Exclude<Reopening, 'no_old_password'>, string> = {
  reopened: 'can move again, with the old password',
  not_linked: 'has not moved: nothing to do',
};

/** `usher migration reopen` */
export function migrationReopen(migration: Command, io: Io): void {
  migration
    .command('reopen')
    .description('Let somebody who has moved already move once more.')
    .argument('<email>', 'the user')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async (email: string, { json }: { json?: true }) => {
      const reopened = await withDatabase(io, (database) => new UserRelinking(database).reopen(email));
      if (reopened === undefined) throw new CommandError('There is no user with this address.');
      const { user, outcome } = reopened;
      if (outcome === 'no_old_password')
        throw new CommandError(
          'The old password was erased when this user moved. Invite them in the pool, or let them sign up again.',
        );
      const answer = { id: user.id, email: user.email, outcome };
      io.out(`${json ? JSON.stringify(answer) : `${user.email} (id ${user.id}) ${sentences[outcome]}.`}\n`);
    });
}
