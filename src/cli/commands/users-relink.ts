import type { Command } from 'commander';
import type { User } from '../../users/user.js';
import { UserRelinking } from '../../users/user-relinking.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { withDatabase } from '../with-database.js';

interface Options {
  sub?: string;
  all?: true;
  dryRun?: true;
  yes?: true;
  json?: true;
}

interface Result {
  dryRun: boolean;
  /** Rows. */
  changed: number;
  user?: { id: number; email: string; before: string | null; after: string | null };
}

const explanation = `
A row is linked to Cognito by the user's "sub", and a pool that was made anew gives everybody another one.
Without --sub the link is removed: the next sign-in makes it again, by the verified address, and a user
whose old password hash is still there can migrate once more.

Exit status: 0 done, also when there was nothing to do; 1 no such user, or the sub belongs to another one;
2 used wrongly. Needs DATABASE_URL and nothing else.`;

/** `usher users relink` */
export function usersRelink(users: Command, io: Io): void {
  users
    .command('relink')
    .description('Forget which Cognito user a row belongs to, or say which.')
    .argument('[email]', 'the user; or --all')
    .option('--sub <sub>', 'link the row to this Cognito user at once')
    .option('--all', 'remove the links of all users; needs --yes')
    .option('--dry-run', 'only say what would change')
    .option('--yes', 'yes, all of them')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async (email: string | undefined, options: Options) => {
      checkUsage(email, options);
      const result = await withDatabase(io, (database) =>
        relink(new UserRelinking(database), email, options),
      );
      io.out(`${options.json ? JSON.stringify(result) : sentence(result)}\n`);
    });
}

function checkUsage(email: string | undefined, options: Options): void {
  const problem = misuse(email, options);
  if (problem !== undefined) throw new CommandError(problem, exitStatus.usage);
}

function misuse(email: string | undefined, { all, sub, yes, dryRun }: Options): string | undefined {
  if ((email === undefined) === (all === undefined))
    return 'Name one user by e-mail address, or all of them with --all.';
  if (sub !== undefined && all) return 'A sub belongs to one user: --sub and --all exclude each other.';
  if (sub !== undefined && !/^[\w-]{1,128}$/.test(sub)) return 'This is not a sub: Cognito makes UUIDs.';
  if (all && !yes && !dryRun)
    return 'This removes the links of all users. Look first with --dry-run, then repeat it with --yes.';
  return undefined;
}

async function relink(
  relinking: UserRelinking,
  email: string | undefined,
  options: Options,
): Promise<Result> {
  const sub = options.sub ?? null;
  const dryRun = options.dryRun ?? false;
  if (email === undefined) {
    const changed = dryRun ? await relinking.countLinked() : await relinking.unlinkAll();
    return { dryRun, changed };
  }
  const user = await relinking.find(email);
  if (user === undefined) throw new CommandError('There is no user with this address.');
  await refuseTaken(relinking, user, sub);
  const changed = user.sub === sub ? 0 : 1;
  if (changed && !dryRun) await relinking.relink(user.id, sub);
  return { dryRun, changed, user: { id: user.id, email: user.email, before: user.sub, after: sub } };
}

async function refuseTaken(relinking: UserRelinking, user: User, sub: string | null): Promise<void> {
  const owner = sub === null ? undefined : await relinking.ownerOf(sub);
  if (owner && owner.id !== user.id)
    throw new CommandError(`This sub belongs to another user, with the id ${owner.id}.`);
}

function sentence({ dryRun, changed, user }: Result): string {
  const would = dryRun ? 'Would be changed: ' : 'Changed: ';
  if (user === undefined) return `${would}${changed} linked users.`;
  const who = `${user.email} (id ${user.id})`;
  if (changed === 0)
    return `Nothing to do: ${who} is ${user.after === null ? 'not linked' : 'linked so already'}.`;
  return `${would}${who}, from ${user.before ?? 'no link'} to ${user.after ?? 'no link'}.`;
}
