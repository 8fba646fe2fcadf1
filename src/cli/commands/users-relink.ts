import type { UserId } from '#contracts';
import type { Command } from 'commander';
import type { LocalUser } from '../../users/user.js';
import type { UserLinkService } from '../../users/user-link.service.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';

interface Options {
  sub?: string;
  all?: true;
  dryRun?: true;
  yes?: true;
  json?: true;
}

interface Result {
  dryRun: boolean;
  /** Number of rows. */
  changed: number;
  user?: { id: UserId; email: string; before: string | null; after: string | null };
}

const unknown = 'There is no user with this address.';

const explanation = `
A row is linked to Cognito by the "sub" of the pool user, which changes if the pool is created again.
Without --sub the link is removed: the next sign-in links the row again, by the verified address, and a user
whose legacy hash is still stored can migrate again.

The audit trail records each change.

Exit status: 0 done, also if there was nothing to do; 1 no such user, or the sub belongs to another user;
2 invalid arguments. Needs DATABASE_URL only.`;

/** `usher users relink` */
export function usersRelink(users: Command, io: Io): void {
  users
    .command('relink')
    .description('Remove or change the link of a row to a pool user.')
    .argument('[email]', 'e-mail address of the user; or --all')
    .option('--sub <sub>', 'link the row to this pool user')
    .option('--all', 'remove the links of all users; needs --yes')
    .option('--dry-run', 'print changes without making them')
    .option('--yes', 'confirm --all')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async (email: string | undefined, options: Options) => {
      checkUsage(email, options);
      const { withUserLinks } = await import('../contexts/users.js');
      const result = await withUserLinks(io, (links) => relink(links, email, options));
      io.out(`${options.json ? JSON.stringify(result) : sentence(result)}\n`);
    });
}

function checkUsage(email: string | undefined, options: Options): void {
  const problem = misuse(email, options);
  if (problem !== undefined) throw new CommandError(problem, exitStatus.usage);
}

function misuse(email: string | undefined, { all, sub, yes, dryRun }: Options): string | undefined {
  if ((email === undefined) === (all === undefined)) return 'Give the e-mail address of one user, or --all.';
  if (sub !== undefined && all) return '--sub and --all exclude each other.';
  if (sub !== undefined && !/^[\w-]{1,128}$/.test(sub)) return 'This is not a sub. Cognito uses UUIDs.';
  if (all && !yes && !dryRun)
    return 'This removes the links of all users. Check with --dry-run, then confirm with --yes.';
  return undefined;
}

async function relink(links: UserLinkService, email: string | undefined, options: Options): Promise<Result> {
  const sub = options.sub ?? null;
  const dryRun = options.dryRun ?? false;
  if (email === undefined) {
    const changed = dryRun ? await links.countLinked() : await links.unlinkAll();
    return { dryRun, changed };
  }
  const user = await links.find(email);
  if (user === undefined) throw new CommandError(unknown);
  await refuseTaken(links, user, sub);
  const { id, email: address, sub: found } = user;
  const changed = found === sub ? 0 : 1;
  const relinked = changed && !dryRun ? await links.relink(id, sub) : { before: found };
  if (relinked === undefined) throw new CommandError(unknown);
  return { dryRun, changed, user: { id, email: address, before: relinked.before, after: sub } };
}

async function refuseTaken(links: UserLinkService, user: LocalUser, sub: string | null): Promise<void> {
  const owner = sub === null ? undefined : await links.ownerOf(sub);
  if (owner && owner.id !== user.id)
    throw new CommandError(`This sub belongs to another user (id ${owner.id}).`);
}

function sentence({ dryRun, changed, user }: Result): string {
  if (user === undefined) return `${dryRun ? 'Would unlink' : 'Unlinked'} ${counted(changed, 'user')}.`;
  const who = `${user.email} (id ${user.id})`;
  if (changed === 0)
    return `Nothing to do: ${who} is ${user.after === null ? 'not linked' : 'already linked to this sub'}.`;
  const change = `the link of ${who} from ${user.before ?? 'none'} to ${user.after ?? 'none'}`;
  return `${dryRun ? 'Would change' : 'Changed'} ${change}.`;
}
