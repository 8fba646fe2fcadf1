import { types } from 'node:util';
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../platform/config/config.js';
import { CommandError, exitStatus, type Io } from './command.js';
import { certificatesCommands } from './commands/certificates.js';
import { certificatesChallenge } from './commands/certificates-challenge.js';
import { certificatesIssue } from './commands/certificates-issue.js';
import { certificatesPreflight } from './commands/certificates-preflight.js';
import { mailCommands } from './commands/mail.js';
import { migrationReconcile } from './commands/migration-reconcile.js';
import { migrationRecount } from './commands/migration-recount.js';
import { migrationReopen } from './commands/migration-reopen.js';
import { migrationStatus } from './commands/migration-status.js';
import { usersRelink } from './commands/users-relink.js';
import { usersRoles } from './commands/users-roles.js';
import { withProbe } from './with-probe.js';

/**
 * The operator's commands. Each is a file of `commands/` that adds itself to its group.
 * @param argv what follows the program's name
 * @returns the exit status: 0 done, 1 not found or not possible, 2 used wrongly, 3 see the answer
 */
export async function run(argv: string[], io: Io): Promise<number> {
  const program = new Command('usher')
    .description('Looks after a running Usher: one command, one task.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const users = program.command('users').description('The users table.');
  usersRelink(users, io);
  usersRoles(users, io);
  mailCommands(program.command('mail').description('Mails on their way.'), io);
  const migration = program.command('migration').description('The way of legacy users to the pool.');
  migrationStatus(migration, io);
  migrationReconcile(migration, io);
  migrationReopen(migration, io);
  migrationRecount(migration, io);
  const certificates = program.command('certificates').description('Certificates of the host.');
  certificatesCommands(certificates, io);
  certificatesIssue(certificates, io);
  certificatesChallenge(certificates, io);
  certificatesPreflight(certificates, io, (work) => withProbe(io, work));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    return statusOf(error, io);
  }
}

function statusOf(error: unknown, io: Io): number {
  // Commander has said it already; asking for help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
  io.err(`${messageOf(error)}\n`);
  if (error instanceof CommandError) return error.status;
  return error instanceof ConfigurationError ? exitStatus.usage : exitStatus.failed;
}

/** What went wrong below is named by its cause: "overloaded" tells an operator nothing. */
function messageOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (types.isNativeError(error.cause)) return messageOf(error.cause);
  // Node collects the failures of all addresses of a host under an error without a text.
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message || code;
}
