import type { UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { type AuditedAction, AuditLog } from '../users/audit-log.js';
import { UsersRepository } from '../users/users.repository.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import { adminRole, mayDo, type Permission } from '../users/roles.js';
import { RolesService } from '../users/roles.service.js';
import type { LocalUser } from '../users/user.js';
import type { User } from '../users/user.entity.js';
import { UserStatusService } from '../users/user-status.service.js';
import { UserDeletionJob } from './user-deletion.job.js';

interface Target {
  admin: LocalUser;
  /** `id` of the user that changes. */
  id: UserId;
  /** Is checked again when the change happens. */
  permission: Permission;
}

export interface AdminChange extends Target {
  action: AuditedAction;
  details?: Record<string, unknown>;
}

/**
 * Changes of users by administrators, each with an audit entry.
 * @throws AppError `request.not_found`, also for a deleted user; `auth.forbidden` for what administrators may not do to themselves, and
 * as described at `apply`
 */
@Injectable()
export class AdminUsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly status: UserStatusService,
    private readonly roles: RolesService,
    private readonly pool: PoolUserGateway,
    private readonly deletions: UserDeletionJob,
    private readonly audit: AuditLog,
  ) {}

  /** Administrators cannot remove their own role, so an enabled administrator always remains. @param roles replace all roles */
  async setRoles(admin: LocalUser, id: UserId, roles: string[]): Promise<void> {
    if (admin.id === id && !roles.includes(adminRole)) throw new AppError('auth.forbidden');
    await this.users.transaction(async () =>
      this.roles.set(admin, await this.lock({ admin, id, permission: 'users.roles' }), roles),
    );
  }

  /**
   * Updates the row first: from then on the user is refused, and all sessions are revoked. Can be repeated when Cognito was
   * unavailable. @throws AppError what `UserDirectory` throws
   */
  async disable(admin: LocalUser, id: UserId): Promise<void> {
    if (admin.id === id) throw new AppError('auth.forbidden');
    await this.pool.requireCredentials();
    const change = { admin, id, action: 'disable', permission: 'users.disable' } as const;
    const user = await this.apply(change, (record) => this.status.disable(record));
    await this.pool.disable(user);
  }

  /** Enables the pool user first, so that an enabled row can always sign in. @throws AppError what `UserDirectory` throws */
  async enable(admin: LocalUser, id: UserId): Promise<void> {
    const change = { admin, id, action: 'enable', permission: 'users.disable' } as const;
    await this.pool.enable(await this.users.transaction(() => this.lock(change)));
    await this.apply(change, (record) => this.status.enable(record));
  }

  /** Without AWS credentials, each session that began at Usher is revoked at Cognito by its own token. */
  async revokeSessions(admin: LocalUser, id: UserId): Promise<void> {
    const change = { admin, id, action: 'end-sessions', permission: 'sessions.end' } as const;
    const user = await this.apply(change, (record) => this.status.revokeSessions(record));
    try {
      await this.pool.signOutEverywhere(user);
    } catch (error) {
      if (!isAppError(error, 'cognito.credentials_missing')) throw error;
    }
  }

  /** Refuses the user and the address from now on; `UserDeletionJob` deletes the user. @throws AppError `cognito.credentials_missing` */
  async delete(admin: LocalUser, id: UserId): Promise<void> {
    if (admin.id === id) throw new AppError('auth.forbidden');
    await this.pool.requireCredentials();
    const change = { admin, id, action: 'request-erasure', permission: 'users.erase' } as const;
    await this.apply(change, async (record) => {
      await this.deletions.request(record);
      await this.status.disable(record);
    });
    this.deletions.wake();
  }

  /**
   * Runs `write` and writes the audit entry in one transaction, with both rows locked.
   * @returns the row before the change
   * @throws AppError `request.not_found`, also for a deleted user; `auth.forbidden` when the administrator was disabled, relinked or
   * lost the permission since the request began, and when a user without the role `admin` changes one with it
   */
  async apply(change: AdminChange, write: (record: User) => Promise<void>): Promise<User> {
    const { admin, action, details } = change;
    return this.users.transaction(async () => {
      const record = await this.lock(change);
      await write(record);
      await this.audit.record(admin, action, record, details);
      return record;
    });
  }

  /** Locks both rows, so of two administrators who change each other the later one is refused. */
  private async lock({ admin, id, permission }: Target): Promise<User> {
    const records = await this.users.lockAll([admin.id, id]);
    const actor = records.find((record) => record.id === admin.id);
    if (actor === undefined || actor.sub !== admin.sub || !mayDo(actor, permission))
      throw new AppError('auth.forbidden');
    const record = records.find((candidate) => candidate.id === id);
    if (record === undefined || record.erasure !== null) throw new AppError('request.not_found');
    if (record.roles.includes(adminRole) && !actor.roles.includes(adminRole))
      throw new AppError('auth.forbidden');
    return record;
  }
}
