import { type Command, Option } from 'commander';
import type { ErrorCode } from '#contracts';
import {
  type EmailFrom,
  type Finding,
  type FindingKind,
  mendOf,
  Reconciliation,
} from '../../migration/reconciliation.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';
import { withDatabase } from '../with-database.js';

interface Options {
  emailFrom: EmailFrom;
  apply?: true;
  json?: true;
}

const explanation = `
Reads the whole pool, ten pages of 60 people a second, and compares. Without --apply nothing is changed. With it
everything is listed first and then mended, each after one more look at both sides; what needs a decision
(duplicates, links to somebody else, unverified addresses) is left alone. All changes are in the audit trail.

With --json each finding is a line of its own; the last line is a summary.

Exit status: 0 table and pool agree; 1 not possible; 2 used wrongly; 3 they differ, or something could not be mended.
Needs DATABASE_URL, AWS_REGION, AWS_COGNITO_USER_POOL_ID and AWS credentials that allow cognito-idp:ListUsers, and for
--apply AdminGetUser, AdminDeleteUser, AdminUpdateUserAttributes, AdminDisableUser and AdminUserGlobalSignOut.`;

const whats: Record<FindingKind, string> = {
  missing_in_pool: 'is linked to somebody whom the pool does not know',
  unheard_of: 'is in the pool, and the row does not know it',
  reset_unheard_of: 'waits for a reset in the pool, and the row does not know it',
  missing_here: 'is in the pool and has no row',
  erased_here: 'is in the pool and was erased here',
  linked_elsewhere: 'is in the pool, and the row of the address is linked to somebody else',
  squatter: 'is one of ours, and an unconfirmed stranger in the pool holds the address',
  unverified: 'is one of ours, and somebody in the pool has the address unverified',
  blocked_in_pool: 'has not moved, and is disabled in the pool',
  disabled_before_move: 'is disabled here, has not moved, and is not disabled in the pool',
  invited_in_pool: 'has not moved, and waits in the pool with a temporary password',
  email_taken_here: 'has another verified address in the pool, which another row has here',
  email_changed_in_pool: 'has another verified address in the pool',
  email_changed_here: 'has another address, unverified, in the pool',
  disabled_here: 'is disabled here and not in the pool',
  disabled_in_pool: 'is disabled in the pool and not here',
  duplicate_here: 'shares the address with another row, so none is found by it',
  duplicate_in_pool: 'shares the address with another user of the pool',
};

const mends: Record<NonNullable<ReturnType<typeof mendOf>>, string> = {
  unlink: 'remove the link',
  link: 'link the row',
  record_reset: 'write it down',
  insert_row: 'make the row',
  delete_in_pool: 'delete the stranger',
  take_email_from_pool: "take the pool's address",
  give_email_to_pool: 'give our address to the pool',
  disable_in_pool: 'disable in the pool',
  disable_here: 'disable here',
};

/** `usher migration reconcile` */
export function migrationReconcile(migration: Command, io: Io): void {
  migration
    .command('reconcile')
    .description('Compare the users table with the pool, and mend what differs.')
    .option('--apply', 'change what the list says; without it nothing is changed')
    .addOption(
      new Option('--email-from <side>', 'whose address counts where both sides have a confirmed one')
        .choices(['pool', 'table'])
        .default('pool'),
    )
    .option('--json', 'answer as JSON Lines')
    .addHelpText('after', explanation)
    .action(async (options: Options) => {
      // The AWS SDK takes longer to load than other commands take to run.
      const { withDirectory } = await import('../with-directory.js');
      const left = await withDatabase(io, (database) =>
        withDirectory(io, (directory, userPoolId) =>
          new ReconcileRun(
            io,
            new Reconciliation(database, directory, { userPoolId, emailFrom: options.emailFrom }),
            options,
          ).run(),
        ),
      );
      if (left > 0) throw new CommandError(summaryOf(left, options), exitStatus.attention);
    });
}

const summaryOf = (left: number, { apply }: Options): string =>
  apply
    ? `Left to look at: ${left}.`
    : `Table and pool differ in ${left} points. Nothing was changed; --apply mends.`;

const outages = new Set<ErrorCode>(['cognito.unavailable', 'cognito.credentials_missing', 'overloaded']);

class ReconcileRun {
  private readonly progress: ProgressLine;
  private readonly counts = { found: 0, mended: 0 };

  constructor(
    private readonly io: Io,
    private readonly reconciliation: Reconciliation,
    private readonly options: Options,
  ) {
    this.progress = new ProgressLine(io);
  }

  /** How many findings are left. */
  async run(): Promise<number> {
    await this.refuseOtherPool();
    try {
      return await this.compareAndMend();
    } finally {
      this.progress.end();
    }
  }

  private async refuseOtherPool(): Promise<void> {
    const other = await this.reconciliation.otherPool();
    if (other)
      throw new CommandError(
        `${other.people} people are linked to the pool ${other.userPoolId}, not to this one. ` +
          'Is AWS_COGNITO_USER_POOL_ID right? If that pool is gone, "usher users relink --all" removes the links.',
      );
  }

  private async compareAndMend(): Promise<number> {
    let people = 0;
    const toMend: Finding[] = [];
    const count = (read: number) => {
      people = read;
      this.progress.at(`${read} people of the pool read`);
    };
    await this.reconciliation.withListing(count, async (listing) => {
      const step = (what: string) => this.progress.at(`comparing ${what}`);
      for await (const finding of this.reconciliation.compare(listing, step)) {
        this.list(finding);
        if (this.options.apply && mendOf(finding.kind, this.options.emailFrom) !== null) toMend.push(finding);
      }
      // Only what was listed: each mend can bring up something that nobody has read yet.
      for (const [index, finding] of toMend.entries()) {
        this.progress.at(`${index} of ${toMend.length} mended`);
        await this.mend(finding);
      }
    });
    const { found, mended } = this.counts;
    if (this.options.json) this.io.out(`${JSON.stringify({ inPool: people, found, mended })}\n`);
    else this.io.out(`In the pool: ${people} people. Found: ${found}. Mended: ${mended}.\n`);
    return found - mended;
  }

  private list(finding: Finding): void {
    this.counts.found += 1;
    const mend = mendOf(finding.kind, this.options.emailFrom);
    this.say(
      finding,
      this.options.json ? { mend } : `${sentence(finding)} -> ${mend ? mends[mend] : 'decide'}`,
    );
  }

  private async mend(finding: Finding): Promise<void> {
    const mended = await this.attempt(finding);
    if (mended === true) this.counts.mended += 1;
    const outcome = mended === true ? 'mended' : mended === false ? 'changed meanwhile' : mended;
    this.say(finding, this.options.json ? { outcome } : `${nameOf(finding)}: ${outcome}`);
  }

  /** One that fails does not keep the others from being mended, unless Cognito cannot be asked at all. */
  private async attempt(finding: Finding): Promise<boolean | string> {
    try {
      return await this.reconciliation.mend(finding);
    } catch (error) {
      if (!isAppError(error) || outages.has(error.code)) throw error;
      return error.code;
    }
  }

  private say(finding: Finding, what: string | object): void {
    this.io.out(`${typeof what === 'string' ? what : JSON.stringify({ ...finding, ...what })}\n`);
  }
}

/** Whoever chose an address shall not move the operator's cursor. */
const visible = (text: string): string => text.replace(/\p{Cc}/gu, '?');

const nameOf = ({ email, id, sub }: Finding): string =>
  `${visible(email ?? 'no address')} (${id === null ? `sub ${sub}` : `id ${id}`})`;

function sentence(finding: Finding): string {
  const other = finding.poolEmail === null ? '' : `, there ${visible(finding.poolEmail)}`;
  return `${nameOf(finding)} ${whats[finding.kind]}${other}`;
}
