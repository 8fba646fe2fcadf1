import { Injectable } from '@nestjs/common';
import { normaliseEmail, type UserId } from '#contracts';
import { Database } from '../common/database/database.js';
import { AuditLog } from './audit-log.js';
import { MigrationStatusRepository } from './migration-status.js';
import { UserLinksRepository } from './user-links.repository.js';
import { UsersRepository } from './users.repository.js';
import { isBeingRolledBack } from './revoke-confirmations.js';
import type { User } from './user.entity.js';
import { UserStatusService } from './user-status.service.js';

export interface PoolLink {
  sub: string;
  userPoolId: string;
}

/** Current state of a row, for the choice of a repair. */
export type RowState = Pick<User, 'id' | 'email' | 'sub' | 'confirmed' | 'disabled'>;

/**
 * Repairs of `usher migration reconcile`: each makes a row agree with the pool and writes an audit entry.
 * @returns from each repair, `false` if the row has changed in the meantime
 */
@Injectable()
export class UserRepair {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly links: UserLinksRepository,
    private readonly status: UserStatusService,
    private readonly migrationStatus: MigrationStatusRepository,
    private readonly audit: AuditLog,
  ) {}

  /** @returns `undefined` for a deleted user */
  async find(id: UserId): Promise<RowState | undefined> {
    const record = await this.users.find(id);
    return record?.erasure === null ? record : undefined;
  }

  /** Audits a repair of the pool user. */
  async recordInPool(id: UserId, change: string): Promise<void> {
    await this.audit.record('operator', 'reconcile', { id }, { change });
  }

  /** Keeps the legacy hash until the user signs in. */
  link(id: UserId, { sub, userPoolId }: PoolLink): Promise<boolean> {
    return this.write('link', id, async ({ email }) => {
      // Another row may have taken the address in the meantime.
      if ((await this.links.findToLink(email))?.id !== id) return false;
      const linked = await this.links.link(id, { sub, userPoolId, legacyHash: 'keep' });
      if (linked) await this.migrationStatus.recordReconciliation(id);
      return linked !== undefined;
    });
  }

  async insert(email: string, { sub, userPoolId }: PoolLink): Promise<boolean> {
    return this.database.transaction(async () => {
      const user = await this.links.insert(normaliseEmail(email), sub, userPoolId);
      if (user) await this.audit.record('operator', 'reconcile', user, { change: 'insert' });
      return user !== undefined;
    });
  }

  /** The user can migrate again if the legacy hash is still stored. */
  unlink(id: UserId, sub: string): Promise<boolean> {
    return this.write('unlink', id, async (record) => {
      if (record.sub !== sub) return false;
      await this.links.relink(id, null);
      return true;
    });
  }

  recordReset(id: UserId): Promise<boolean> {
    return this.write('record-reset', id, async () => {
      await this.migrationStatus.recordReset(id);
      return true;
    });
  }

  /** Refuses the address of a revoked change, because a rollback is about to remove it from the pool. */
  changeEmail(id: UserId, email: string): Promise<boolean> {
    const normalised = normaliseEmail(email);
    return this.write('change-email', id, async () => {
      if (await isBeingRolledBack(this.database, id, normalised)) return false;
      return this.users.changeEmail(id, normalised);
    });
  }

  disable(id: UserId): Promise<boolean> {
    return this.write('disable', id, async (record) => {
      await this.status.disable(record);
      return true;
    });
  }

  private write(change: string, id: UserId, work: (record: User) => Promise<boolean>): Promise<boolean> {
    return this.database.transaction(async () => {
      const record = await this.users.lock(id);
      if (!record || record.erasure !== null || !(await work(record))) return false;
      await this.audit.record('operator', 'reconcile', record, { change });
      return true;
    });
  }
}
