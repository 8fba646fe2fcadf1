import { type Command, Option } from 'commander';
import type { ErrorCode } from '#contracts';
import {
  type Discrepancy,
  type DiscrepancyKind,
  type EmailFrom,
  type RepairAction,
  repairFor,
} from '../../migration/discrepancy.js';
import type { Reconciliation } from '../../migration/reconciliation.js';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import { isAppError } from '../../common/errors/app-error.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';

interface Options {
  emailFrom: EmailFrom;
  apply?: true;
  json?: true;
}

const explanation = `
Reads the whole pool, 10 pages of 60 users per second, and compares it with the users table. Without --apply nothing
is changed. With --apply all discrepancies are listed first; then each one is rechecked on both sides and repaired.
Discrepancies that need a decision (duplicates, links to other pool users, unverified addresses) are not repaired.
The audit trail records all changes.

With --json each line is one discrepancy; the last line is a summary.

Exit status: 0 table and pool agree; 1 failed; 2 invalid arguments; 3 discrepancies are left.
Needs DATABASE_URL, AWS_REGION, AWS_COGNITO_USER_POOL_ID and AWS credentials that allow cognito-idp:ListUsers, and for
--apply AdminGetUser, AdminDeleteUser, AdminUpdateUserAttributes, AdminDisableUser and AdminUserGlobalSignOut.`;

const descriptions: Record<DiscrepancyKind, string> = {
  missing_in_pool: 'is linked to a pool user that does not exist',
  unheard_of: 'has a pool user that is not linked',
  reset_unheard_of: 'waits for a reset that the row does not record',
  missing_here: 'has a pool user but no row',
  erased_here: 'has a pool user, but the row was erased',
  linked_elsewhere: 'has a pool user, but the row is linked to another pool user',
  squatter: 'cannot migrate, because an unconfirmed sign-up in the pool has the address',
  unverified: 'shares the address with a pool user that has not verified it',
  blocked_in_pool: 'has not migrated, and the pool user is disabled',
  disabled_before_move: 'has not migrated and is disabled in the table, but not in the pool',
  invited_in_pool: 'has not migrated, and the pool user has a temporary password',
  email_taken_here: 'has another verified address in the pool, which belongs to another row',
  email_changed_in_pool: 'has another verified address in the pool',
  email_changed_here: 'has another address in the pool, which is not verified',
  disabled_here: 'is disabled in the table, but not in the pool',
  disabled_in_pool: 'is disabled in the pool, but not in the table',
  duplicate_here: 'shares the address with another row, so lookups by it find neither',
  duplicate_in_pool: 'shares the address with another pool user',
};

const repairs: Record<RepairAction, string> = {
  unlink: 'remove the link',
  link: 'link the row',
  record_reset: 'record the reset',
  insert_row: 'insert a row',
  delete_in_pool: 'delete the unconfirmed sign-up',
  take_email_from_pool: 'write the address of the pool to the row',
  give_email_to_pool: 'write the address of the row to the pool',
  disable_in_pool: 'disable in the pool',
  disable_here: 'disable in the table',
};

/** `usher migration reconcile` */
export function migrationReconcile(migration: Command, io: Io): void {
  migration
    .command('reconcile')
    .description('Compare the users table with the pool and repair discrepancies.')
    .option('--apply', 'repair; without it nothing is changed')
    .addOption(
      new Option('--email-from <side>', 'side whose address wins if both sides have a confirmed one')
        .choices(['pool', 'table'])
        .default('pool'),
    )
    .option('--json', 'print JSON Lines')
    .addHelpText('after', explanation)
    .action(async (options: Options) => {
      const { withReconciliation } = await import('../contexts/reconciliation.js');
      const left = await withReconciliation(io, (reconciliation) =>
        new ReconcileRun(io, reconciliation, options).run(),
      );
      if (left > 0) throw new CommandError(summaryOf(left, options), exitStatus.attention);
    });
}

const summaryOf = (left: number, { apply }: Options): string =>
  apply
    ? `Not repaired: ${counted(left, 'discrepancy', 'discrepancies')}.`
    : `Nothing was changed. To repair ${counted(left, 'discrepancy', 'discrepancies')}, run with --apply.`;

const outages = new Set<ErrorCode>(['cognito.unavailable', 'cognito.credentials_missing', 'overloaded']);

class ReconcileRun {
  private readonly progress: ProgressLine;
  private readonly counts = { found: 0, repaired: 0 };

  constructor(
    private readonly io: Io,
    private readonly reconciliation: Reconciliation,
    private readonly options: Options,
  ) {
    this.progress = new ProgressLine(io);
  }

  /** @returns the number of discrepancies that are left @throws AppError `cognito.credentials_missing` */
  async run(): Promise<number> {
    try {
      await this.reconciliation.requireCredentials();
      await this.refuseOtherPool();
      return await this.compareAndRepair();
    } finally {
      this.progress.end();
    }
  }

  private async refuseOtherPool(): Promise<void> {
    const other = await this.reconciliation.otherPool();
    if (other)
      throw new CommandError(
        `${counted(other.people, 'user')} linked to another pool, ${other.userPoolId}. ` +
          'Check AWS_COGNITO_USER_POOL_ID. If that pool was deleted, remove the links with "usher users relink --all".',
      );
  }

  private async compareAndRepair(): Promise<number> {
    let people = 0;
    const repairable: Discrepancy[] = [];
    const count = (read: number) => {
      people = read;
      this.progress.at(`read ${read} pool users`);
    };
    await this.reconciliation.withListing(count, async (listing) => {
      const step = (what: string) => this.progress.at(`comparing ${what}`);
      for await (const discrepancy of this.reconciliation.compare(listing, step)) {
        this.list(discrepancy);
        if (this.options.apply && repairFor(discrepancy.kind, this.options.emailFrom) !== null)
          repairable.push(discrepancy);
      }
      // A repair can cause a new discrepancy; only the listed ones are repaired.
      for (const [index, discrepancy] of repairable.entries()) {
        this.progress.at(`repaired ${index} of ${repairable.length}`);
        await this.repair(discrepancy);
      }
    });
    const { found, repaired } = this.counts;
    this.io.out(
      this.options.json
        ? `${JSON.stringify({ inPool: people, found, mended: repaired })}\n`
        : `Read ${counted(people, 'pool user')}. Found ${counted(found, 'discrepancy', 'discrepancies')}. Repaired ${repaired}.\n`,
    );
    return found - repaired;
  }

  private list(discrepancy: Discrepancy): void {
    this.counts.found += 1;
    const repair = repairFor(discrepancy.kind, this.options.emailFrom);
    if (this.options.json) this.io.out(`${JSON.stringify({ ...discrepancy, mend: repair })}\n`);
    else this.io.out(`${sentence(discrepancy)} -> ${repair ? repairs[repair] : 'decide manually'}\n`);
  }

  private async repair(discrepancy: Discrepancy): Promise<void> {
    const repaired = await this.attempt(discrepancy);
    if (repaired === true) this.counts.repaired += 1;
    const outcome = (done: string) =>
      repaired === true ? done : repaired === false ? 'changed meanwhile' : repaired;
    this.io.out(
      this.options.json
        ? `${JSON.stringify({ ...discrepancy, outcome: outcome('mended') })}\n`
        : `${nameOf(discrepancy)}: ${outcome('repaired')}\n`,
    );
  }

  /** A failure does not stop the other repairs, unless Cognito is unavailable. @returns the error code of a failure */
  private async attempt(discrepancy: Discrepancy): Promise<boolean | string> {
    try {
      return await this.reconciliation.repair(discrepancy, this.options.emailFrom);
    } catch (error) {
      if (!isAppError(error) || outages.has(error.code)) throw error;
      return error.code;
    }
  }
}

/** RFC 5321: characters of an address. */
const longestAddress = 254;

const nameOf = ({ email, id, sub }: Discrepancy): string =>
  `${escapeControlChars(email ?? 'no address', longestAddress)} (${id === null ? `sub ${sub}` : `id ${id}`})`;

function sentence(discrepancy: Discrepancy): string {
  const { kind, poolEmail } = discrepancy;
  const other =
    poolEmail === null ? '' : `; address in the pool: ${escapeControlChars(poolEmail, longestAddress)}`;
  return `${nameOf(discrepancy)} ${descriptions[kind]}${other}`;
}
