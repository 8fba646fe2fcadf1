import { Injectable } from '@nestjs/common';
import type { MfaRemovalTime, UserId } from '#contracts';
import { AppError } from '../common/errors/app-error.js';
import { Outbox } from '../mail/outbox.js';
import type { Language } from '../i18n/languages.js';
import { MfaChanges } from '../users/mfa-changes.js';
import { type MfaChange, MfaChangesRepository } from '../users/mfa-changes.repository.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import type { Permission } from '../users/roles.js';
import type { LocalUser } from '../users/user.js';
import { UserStatusService } from '../users/user-status.service.js';
import { AdminUsersService } from './admin-users.service.js';

const permission: Permission = 'users.mfa';

/** Removal of the second factors of a user who has lost them. */
@Injectable()
export class MfaRemovalService {
  constructor(
    private readonly adminUsers: AdminUsersService,
    private readonly status: UserStatusService,
    private readonly pool: PoolUserGateway,
    private readonly mfaChanges: MfaChanges,
    private readonly repository: MfaChangesRepository,
    private readonly outbox: Outbox,
  ) {}

  /**
   * `now` revokes the user's sessions and removes the factors; if Cognito is unavailable, the removal is retried.
   * `reset` allows the next reset within 24 hours to remove them.
   * @throws AppError `auth.forbidden` for the caller's own factors, `cognito.credentials_missing`, and what
   * `AdminUsersService.apply` and `UserDirectory` throw
   */
  async remove(admin: LocalUser, id: UserId, at: MfaRemovalTime, language: Language): Promise<void> {
    if (admin.id === id) throw new AppError('auth.forbidden');
    await this.pool.requireCredentials();
    if (at === 'reset') await this.allow(admin, id, language);
    else await this.removeNow(admin, id, language);
  }

  private async allow(admin: LocalUser, id: UserId, language: Language): Promise<void> {
    const change = { admin, id, permission, action: 'allow-mfa-removal' } as const;
    await this.adminUsers.apply(change, async ({ email }) => {
      await this.repository.allowRemoval(id, admin.id);
      await this.outbox.post({ to: email, mail: 'mfa_removal_allowed', language, values: {} });
    });
  }

  private async removeNow(admin: LocalUser, id: UserId, language: Language): Promise<void> {
    const inserted: MfaChange[] = [];
    const change = { admin, id, permission, action: 'remove-mfa', details: { at: 'now' } } as const;
    const user = await this.adminUsers.apply(change, async (record) => {
      await this.repository.useRemoval(id);
      await this.status.revokeSessions(record);
      inserted.push(await this.mfaChanges.insertRemoval(id, admin.id, language));
    });
    for (const removal of inserted) await this.mfaChanges.remove(removal);
    await this.pool.signOutEverywhere(user);
  }
}
