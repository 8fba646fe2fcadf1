import { type PoolUser, UserDirectory } from '../../cognito/user-directory.js';
import type { Database } from '../../platform/database/database.js';
import { isAppError } from '../../platform/errors/app-error.js';
import { barUser } from '../../sessions/bar-user.js';
import { RowMending, type RowState } from '../../users/row-mending.js';
import { type EmailFrom, type Finding, type Mend, mendOf } from './finding.js';
import { isProven, stillHolds } from './second-look.js';

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
    const { kind, id, sub, username } = finding;
    const mend = mendOf(kind, this.emailFrom);
    if (sub === null || mend === null) return false;
    const poolUser = await this.directory.find(username ?? sub);
    if (mend === 'unlink') return id !== null && poolUser === undefined && this.rows.unlink(id, sub);
    if (poolUser?.sub !== sub) return false;
    if (mend === 'insert_row') return this.insertRow(poolUser);
    const row = id === null ? undefined : await this.rows.find(id);
    if (row === undefined || !stillHolds(mend, { row, poolUser }, this.emailFrom)) return false;
    return this.change(mend, row, poolUser);
  }

  private async insertRow(poolUser: PoolUser): Promise<boolean> {
    const { sub, email } = poolUser;
    if (email === undefined || !isProven(poolUser)) return false;
    return this.rows.insert(email, { sub, userPoolId: this.userPoolId });
  }

  private change(mend: Mend, row: RowState, { sub, username, email = '' }: PoolUser): Promise<boolean> {
    const { id } = row;
    switch (mend) {
      case 'link':
        return this.rows.link(id, { sub, userPoolId: this.userPoolId });
      case 'record_reset':
        return this.rows.recordReset(id);
      case 'take_email_from_pool':
        return this.rows.changeEmail(id, email);
      case 'disable_here':
        return this.rows.disable(id, () => barUser(this.database, sub));
      case 'delete_in_pool':
        return this.inPool(id, mend, () => this.directory.delete(username));
      case 'give_email_to_pool':
        return this.inPool(id, mend, () => this.directory.changeEmail(username, row.email));
      case 'disable_in_pool':
        return this.inPool(id, mend, () => this.disableInPool(username));
      default:
        return Promise.resolve(false);
    }
  }

  private async disableInPool(username: string): Promise<void> {
    await this.directory.disable(username);
    await this.directory.signOutEverywhere(username);
  }

  private async inPool(id: number, mend: Mend, change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
    } catch (error) {
      // Gone meanwhile, or the address is somebody else's there.
      if (isAppError(error, 'request.not_found', 'auth.account_link_conflict')) return false;
      throw error;
    }
    await this.rows.recordInPool(id, mend);
    return true;
  }
}
