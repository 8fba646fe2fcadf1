import type { Command } from 'commander';
import { isRole } from '#contracts';
import { UserRoles } from '../../users/user-roles.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { withDatabase } from '../with-database.js';

interface Options {
  add: string[];
  remove: string[];
  json?: true;
}

const explanation = `
Without --add and --remove it only says which roles the user has. The role "admin" may do everything under
/admin, "support" may look, disable and end sessions, "auditor" may look only; every other name is the
application's own. The audit trail notes each change.

Exit status: 0 done, also when there was nothing to do; 1 no such user; 2 used wrongly.
Needs DATABASE_URL and nothing else.`;

const collect = (role: string, roles: string[]): string[] => [...roles, role];

/** `usher users roles` */
export function usersRoles(users: Command, io: Io): void {
  users
    .command('roles')
    .description("Show a user's roles, give some and take some away.")
    .argument('<email>', 'the user')
    .option('--add <role>', 'give this role; may be repeated', collect, [])
    .option('--remove <role>', 'take this role away; may be repeated', collect, [])
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async (email: string, { add, remove, json }: Options) => {
      if (![...add, ...remove].every(isRole))
        throw new CommandError('A role is a lower-case name of at most 64 characters.', exitStatus.usage);
      if (add.some((role) => remove.includes(role)))
        throw new CommandError('One role cannot be both added and removed.', exitStatus.usage);
      const user = await withDatabase(io, (database) =>
        new UserRoles(database).change(email, { add, remove }),
      );
      if (user === undefined) throw new CommandError('There is no user with this address.');
      const sentence = `${user.email} (id ${user.id}): ${user.roles.join(', ') || 'no roles'}`;
      io.out(`${json ? JSON.stringify(user) : sentence}\n`);
    });
}
