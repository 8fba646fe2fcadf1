import type { Command } from 'commander';
import { isRole } from '#contracts/role-name';
import { CommandError, exitStatus, type Io } from '../command.js';

interface Options {
  add: string[];
  remove: string[];
  json?: true;
}

const explanation = `
Without --add and --remove the command prints the roles of the user. Under /admin, "admin" may do everything, "support" may
read, disable users and revoke sessions, "auditor" may only read; other names belong to the application. The audit trail
records each change. Only this command can remove "admin" from the last enabled administrator; it then prints a warning
("lastAdministrator": true with --json).

Exit status: 0 done, also if there was nothing to do; 1 no such user; 2 invalid arguments.
Needs DATABASE_URL only.`;

const noAdministratorLeft =
  'Warning: no enabled administrator is left. Add one with "usher users roles EMAIL --add admin".\n';

const collect = (role: string, roles: string[]): string[] => [...roles, role];

/** `usher users roles` */
export function usersRoles(users: Command, io: Io): void {
  users
    .command('roles')
    .description("Show, add and remove a user's roles.")
    .argument('<email>', 'e-mail address of the user')
    .option('--add <role>', 'add this role; may be repeated', collect, [])
    .option('--remove <role>', 'remove this role; may be repeated', collect, [])
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async (email: string, { add, remove, json }: Options) => {
      if (![...add, ...remove].every(isRole))
        throw new CommandError(
          'A role must be a lower-case name of at most 64 characters.',
          exitStatus.usage,
        );
      if (add.some((role) => remove.includes(role)))
        throw new CommandError('A role cannot be both added and removed.', exitStatus.usage);
      const { withRoles } = await import('../contexts/users.js');
      const user = await withRoles(io, (service) => service.change(email, { add, remove }));
      if (user === undefined) throw new CommandError('There is no user with this address.');
      const sentence = `${user.email} (id ${user.id}): ${user.roles.join(', ') || 'no roles'}`;
      io.out(`${json ? JSON.stringify(user) : sentence}\n`);
      if (user.lastAdministrator && !json) io.err(noAdministratorLeft);
    });
}
