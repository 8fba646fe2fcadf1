import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import { AuditLog } from '../users/audit-log.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import { isLastAdministrator } from '../users/roles.js';
import type { LocalUser } from '../users/user.js';
import { UserStatusService } from '../users/user-status.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { UserDeletionJob } from './user-deletion.job.js';

/** The deletion of an account by its owner. */
@Injectable()
export class AccountDeletionService {
  constructor(
    private readonly users: UsersRepository,
    private readonly status: UserStatusService,
    private readonly pool: PoolUserGateway,
    private readonly deletions: UserDeletionJob,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Refuses the user and the address from now on; `UserDeletionJob` deletes the user. The caller checks the recent proof.
   * @throws AppError `auth.forbidden` for the last enabled administrator; `cognito.credentials_missing`; `auth.token_invalid` when the
   * row was disabled, deleted or relinked since the request began
   */
  async delete(owner: LocalUser): Promise<void> {
    await this.pool.requireCredentials();
    await this.users.transaction(async () => {
      // Locks all administrators, so that the check for the last one is reliable.
      const records = await this.users.lockWithAdministrators(owner.id);
      const record = records.find(({ id }) => id === owner.id);
      if (record === undefined || record.disabled || record.sub !== owner.sub)
        throw new AppError('auth.token_invalid');
      if (isLastAdministrator(record, records)) throw new AppError('auth.forbidden');
      await this.deletions.request(record);
      await this.status.disable(record);
      await this.audit.record(owner, 'request-erasure', record);
    });
    this.deletions.wake();
  }
}
