import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { Erasures } from './administration/erasures.js';
import { PoolUsers } from './administration/pool-users.js';
import { RecordChanges } from './administration/record-changes.js';
import { RowChanges } from './administration/row-changes.js';
import { adminRole } from './roles.js';
import type { User } from './user.js';

/**
 * What administrators do to other people. Everything is in the audit trail.
 * @throws AppError `request.not_found`, also for somebody who was erased; `auth.forbidden` for what nobody does to
 * themselves or to an administrator
 */
@Injectable()
export class AdministrationService {
  constructor(
    private readonly changes: RecordChanges,
    private readonly rows: RowChanges,
    private readonly pool: PoolUsers,
    private readonly erasures: Erasures,
  ) {}

  /** Nobody takes the role of an administrator from themselves: somebody always has it. @param roles all of them */
  async setRoles(admin: User, id: number, roles: string[]): Promise<void> {
    if (admin.id === id && !roles.includes(adminRole)) throw new AppError('auth.forbidden');
    const change = { admin, id, action: 'set-roles', details: { roles } } as const;
    await this.changes.apply(change, () => this.rows.setRoles(id, roles));
  }

  /**
   * Our row first: from then on the person is refused here, and all sessions have ended. Can be done again when Cognito was
   * away. @throws AppError what `UserDirectory` throws
   */
  async disable(admin: User, id: number): Promise<void> {
    if (admin.id === id) throw new AppError('auth.forbidden');
    await this.pool.requireCredentials();
    const user = await this.changes.apply({ admin, id, action: 'disable' }, (record) =>
      this.rows.disable(record),
    );
    await this.pool.disable(user);
  }

  /** Cognito first: whoever is let in here is let in there. @throws AppError what `UserDirectory` throws */
  async enable(admin: User, id: number): Promise<void> {
    await this.pool.enable(await this.changes.find(admin, id));
    await this.changes.apply({ admin, id, action: 'enable' }, (record) => this.rows.enable(record));
  }

  /** Also without AWS credentials: then each session that began here is revoked at Cognito by its own token. */
  async endSessions(admin: User, id: number): Promise<void> {
    const change = { admin, id, action: 'end-sessions' } as const;
    const user = await this.changes.apply(change, (record) => this.rows.endSessions(record));
    try {
      await this.pool.signOutEverywhere(user);
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing')) throw error;
    }
  }

  /**
   * The person and the address are refused from now on. The rest goes once the pool has forgotten the person too, for
   * which nobody waits. @throws AppError `cognito.credentials_missing`
   */
  async erase(admin: User, id: number): Promise<void> {
    if (admin.id === id) throw new AppError('auth.forbidden');
    await this.pool.requireCredentials();
    await this.changes.apply({ admin, id, action: 'request-erasure' }, (record) => this.rows.erase(record));
    this.erasures.wake();
  }
}
