import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { AppError } from '../../platform/errors/app-error.js';
import { type AuditedAction, AuditTrail } from '../audit-trail.js';
import { type UserRecord, UserRecordsRepository } from '../persistence/user-records.repository.js';
import { adminRole } from '../roles.js';
import type { User } from '../user.js';

export interface Change {
  admin: User;
  /** To whom. */
  id: number;
  action: AuditedAction;
  details?: Record<string, unknown>;
}

/** What an administrator does to a row: with its entry in the audit trail, or not at all. */
@Injectable()
export class RecordChanges {
  constructor(
    private readonly database: Database,
    private readonly records: UserRecordsRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws as `apply` */
  async find(admin: User, id: number): Promise<UserRecord> {
    return allowed(admin, await this.records.find(id));
  }

  /**
   * The row as it was before. Nobody else changes it meanwhile.
   * @throws AppError `request.not_found`, also for somebody who was erased; `auth.forbidden` where somebody who is no
   * administrator does it to one
   */
  async apply(
    { admin, id, action, details }: Change,
    write: (record: UserRecord) => Promise<void>,
  ): Promise<UserRecord> {
    return this.database.transaction(async () => {
      const record = allowed(admin, await this.records.findForChange(id));
      await write(record);
      await this.audit.record(admin, action, record, details);
      return record;
    });
  }
}

function allowed(admin: User, record: UserRecord | undefined): UserRecord {
  if (record === undefined || record.erasure !== null) throw new AppError('request.not_found');
  if (record.roles.includes(adminRole) && !admin.roles.includes(adminRole))
    throw new AppError('auth.forbidden');
  return record;
}
