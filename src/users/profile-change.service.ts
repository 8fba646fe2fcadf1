import { Injectable } from '@nestjs/common';
import { isProfile, largestProfile, type UpdateMeRequest } from '#contracts';
import { Database } from '../platform/database/database.js';
import { AppError } from '../platform/errors/app-error.js';
import { AuditTrail } from './audit-trail.js';
import { type UserRecord, UserRecordsRepository } from './persistence/user-records.repository.js';
import { mergePatch } from './profile/merge-patch.js';
import type { User } from './user.js';

/** What people may change about themselves without anybody asking for their password. */
@Injectable()
export class ProfileChangeService {
  constructor(
    private readonly database: Database,
    private readonly records: UserRecordsRepository,
    private readonly audit: AuditTrail,
  ) {}

  async read({ id }: User): Promise<UserRecord> {
    return found(await this.records.find(id));
  }

  /**
   * Two changes at once are both kept, where they concern different members.
   * @throws AppError `request.invalid` when the profile would become too large
   */
  async change({ id }: User, request: UpdateMeRequest): Promise<UserRecord> {
    return this.database.transaction(async () => {
      const record = found(await this.records.findForChange(id));
      const changes = patched(record, request);
      const changed = { ...record, ...changes };
      const fields = Object.keys(changes);
      if (fields.length === 0) return record;
      await this.records.setProfile(id, changed);
      await this.audit.record(record, 'update-profile', record, { fields });
      return changed;
    });
  }
}

function found(record: UserRecord | undefined): UserRecord {
  // Rails removed the row within this very request, or it was erased.
  if (record === undefined || record.disabled) throw new AppError('auth.token_invalid');
  return record;
}

function patched(record: UserRecord, { firstName, lastName, profile }: UpdateMeRequest): Partial<UserRecord> {
  return {
    ...(firstName !== undefined && { firstName: nameOf(firstName) }),
    ...(lastName !== undefined && { lastName: nameOf(lastName) }),
    ...(profile != null && { profile: mergedProfile(record.profile, profile) }),
  };
}

const nameOf = (typed: string | null): string | null => typed?.trim() || null;

function mergedProfile(profile: UserRecord['profile'], patch: UserRecord['profile']): UserRecord['profile'] {
  const merged = mergePatch(profile, patch);
  if (isProfile(merged)) return merged;
  const fault = { field: 'profile', fault: 'field.not_a_profile', values: { max: largestProfile } } as const;
  throw new AppError('request.invalid', { errors: [fault] });
}
