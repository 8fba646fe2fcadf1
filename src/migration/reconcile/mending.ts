import { type PoolUser, UserDirectory } from '../../cognito/user-directory.js';
import type { Database } from '../../platform/database/database.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { barUser } from '../../sessions/bar-user.js';
import { RowMending } from '../../users/row-mending.js';
import { type EmailFrom, type Finding, mendOf } from './finding.js';

/** Makes table and pool agree again, one finding at a time. The pool is asked once more first: the listing may be old. */
export class Mending {
  private readonly rows: RowMending;

  constructor(
    private readonly database: Database,
    private readonly directory: UserDirectory,
    private readonly userPoolId: string,
    private readonly emailFrom: EmailFrom,
  ) {
    this.rows = new RowMending(database);
  }

  /**
   * Whether it was done: not where things have changed since they were found.
   * @throws AppError what `UserDirectory` throws
   */
  async mend(finding: Finding): Promise<boolean> {
    const { id, sub, username } = finding;
    if (sub === null) return false;
    const poolUser = await this.directory.find(username ?? sub);
    if (finding.kind === 'missing_in_pool')
      return id !== null && poolUser === undefined && this.rows.unlink(id, sub);
    if (poolUser?.sub !== sub) return false;
    return id === null ? this.mendWithoutRow(finding, poolUser) : this.mendRow({ ...finding, id }, poolUser);
  }

  private async mendWithoutRow({ kind }: Finding, { sub, email, ...poolUser }: PoolUser): Promise<boolean> {
    if (kind !== 'missing_here' || email === undefined || !poolUser.emailVerified) return false;
    return this.rows.insert(email, { sub, userPoolId: this.userPoolId });
  }

  private async mendRow(finding: Finding & { id: number }, poolUser: PoolUser): Promise<boolean> {
    const { id } = finding;
    const { sub, email, emailVerified, status, enabled } = poolUser;
    switch (mendOf(finding.kind, this.emailFrom)) {
      case 'link':
        return emailVerified && enabled && this.rows.link(id, { sub, userPoolId: this.userPoolId });
      case 'record_reset':
        return status === 'RESET_REQUIRED' && this.rows.recordReset(id);
      case 'delete_in_pool':
        return status === 'UNCONFIRMED' && this.inPool(() => this.directory.delete(poolUser.username));
      case 'take_email_from_pool':
        return emailVerified && email !== undefined && this.rows.changeEmail(id, email);
      case 'give_email_to_pool':
        return this.giveEmail(finding, poolUser);
      case 'disable_in_pool':
        return enabled && this.inPool(() => this.disableInPool(poolUser));
      case 'disable_here':
        return !enabled && this.rows.disable(id, () => barUser(this.database, sub));
      default:
        return false;
    }
  }

  /** Where the pool's address was verified since, it counts; unless ours is to. */
  private async giveEmail({ email }: Finding, { username, emailVerified }: PoolUser): Promise<boolean> {
    if (email === null || (emailVerified && this.emailFrom === 'pool')) return false;
    return this.inPool(() => this.directory.changeEmail(username, email));
  }

  private async disableInPool({ username }: PoolUser): Promise<void> {
    await this.directory.disable(username);
    await this.directory.signOutEverywhere(username);
  }

  private async inPool(change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (error) {
      // Gone meanwhile, or the address is somebody else's there.
      if (isAppError(error, 'request.not_found', 'auth.account_link_conflict')) return false;
      throw error;
    }
  }
}
