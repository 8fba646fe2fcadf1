import { types } from 'node:util';
import { Command, CommanderError } from 'commander';
import { ConfigurationError, StartError } from '../common/config/configuration-error.js';
import { version } from '../common/config/version.js';
import { CommandError, exitStatus, type Io } from './command.js';
import { certificatesCommands } from './commands/certificates.js';
import { certificatesChallenge } from './commands/certificates-challenge.js';
import { certificatesPreflight } from './commands/certificates-preflight.js';
import { doctorCommand } from './commands/doctor.js';
import { jobsCommands } from './commands/jobs.js';
import { mailCommands } from './commands/mail.js';
import { migrationCommands } from './commands/migration.js';
import { migrationImport } from './commands/migration-import.js';
import { migrationInvite } from './commands/migration-invite.js';
import { migrationPlan } from './commands/migration-plan.js';
import { migrationReconcile } from './commands/migration-reconcile.js';
import { migrationStatus } from './commands/migration-status.js';
import { sourceCheck } from './commands/source-check.js';
import { sourceInit } from './commands/source-init.js';
import { sourceSync } from './commands/source-sync.js';
import { usersRelink } from './commands/users-relink.js';
import { usersRoles } from './commands/users-roles.js';

/**
 * Operator commands for Usher. Each file of `commands/` adds its commands to a group.
 * @param argv arguments after the program's name
 * @returns the exit status: 0 done, 1 not found or failed, 2 invalid arguments, 3 the operator has to act
 */
export async function run(argv: string[], io: Io): Promise<number> {
  const program = new Command('usher')
    .description('Operator commands for Usher.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  program.hook('preAction', async () => {
    const line = await io.useLocalStack?.();
    if (line !== undefined) io.err(`${line}\n`);
  });
  doctorCommand(program, io);
  const users = program.command('users').description('The users table.');
  usersRelink(users, io);
  usersRoles(users, io);
  jobsCommands(program.command('jobs').description('Waiting work of background jobs.'), io);
  mailCommands(program.command('mail').description('Queued mails.'), io);
  const migration = program.command('migration').description('Migration of legacy users to the pool.');
  migrationPlan(migration, io);
  migrationImport(migration, io);
  migrationStatus(migration, io);
  migrationReconcile(migration, io);
  migrationInvite(migration, io);
  migrationCommands(migration, io);
  const source = program.command('source').description('Read-only sources of legacy users.');
  sourceInit(source, io);
  sourceCheck(source, io);
  sourceSync(source, io);

  const certificates = program.command('certificates').description('TLS certificates of the host.');
  certificatesCommands(certificates, io);
  certificatesChallenge(certificates, io);
  certificatesPreflight(certificates, io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    return statusOf(error, io);
  }
}

function statusOf(error: unknown, io: Io): number {
  // Commander has printed the message already. `--help` has exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
  io.err(`${messageOf(error)}\n`);
  if (error instanceof CommandError) return error.status;
  return error instanceof ConfigurationError || error instanceof StartError
    ? exitStatus.usage
    : exitStatus.failed;
}

function messageOfProblems(problems: readonly string[]): string {
  const missing = problems.filter((problem) => problem.endsWith(' is missing')).length;
  const remedy =
    missing > 0 ? `. Set ${missing > 1 ? 'them' : 'it'}, or run this beside a running local stack.` : '';
  return `Invalid configuration: ${problems.join('; ')}${remedy}`;
}

/** SQLSTATEs undefined_column and undefined_table. */
const missingInSchema = ['42703', '42P01'];

/** The cause says more than the error itself, for example an AppError `overloaded`. */
function messageOf(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  if (error instanceof StartError) return `${error.message}.`;
  if (error instanceof ConfigurationError) return messageOfProblems(error.problems);
  if ('code' in error && missingInSchema.includes(String(error.code)))
    return 'The database has the schema of an earlier release. Start the API of this release on it once.';
  if (types.isNativeError(error.cause)) return messageOf(error.cause);
  // Node's error for all addresses of a host has no message.
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message || code;
}
