import { Injectable } from '@nestjs/common';
import { isProfile, largestProfile, type UpdateMeRequest } from '#contracts';
import { Database } from '../common/database/database.js';
import { AppError } from '../common/errors/app-error.js';
import { AuditLog } from './audit-log.js';
import { UsersRepository } from './users.repository.js';
import type { LocalUser } from './user.js';
import type { User } from './user.entity.js';

/** What users may change about themselves without a password. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Concurrent changes of different members are both kept.
   * @throws AppError `request.invalid` when the profile would become too large
   */
  async change({ id }: LocalUser, request: UpdateMeRequest): Promise<User> {
    return this.database.transaction(async () => {
      const record = requireEnabled(await this.users.lock(id));
      const changes = toChanges(record, request);
      const fields = Object.keys(changes);
      if (fields.length === 0) return record;
      Object.assign(record, changes);
      await this.users.setProfile(id, record);
      await this.audit.record(record, 'update-profile', record, { fields });
      return record;
    });
  }
}

function requireEnabled(record: User | null): User {
  // The row was deleted during this request, by Rails or by an administrator.
  if (record === null || record.disabled) throw new AppError('auth.token_invalid');
  return record;
}

function toChanges(record: User, { firstName, lastName, profile }: UpdateMeRequest): Partial<User> {
  return {
    ...(firstName !== undefined && { firstName: trimName(firstName) }),
    ...(lastName !== undefined && { lastName: trimName(lastName) }),
    ...(profile != null && { profile: mergedProfile(record.profile, profile) }),
  };
}

const trimName = (typed: string | null): string | null => typed?.trim() || null;

function mergedProfile(profile: User['profile'], patch: User['profile']): User['profile'] {
  const merged = mergePatch(profile, patch);
  if (isProfile(merged)) return merged;
  const issue = {
    field: 'profile',
    message: 'field.not_a_profile',
    params: { maximum: largestProfile },
  } as const;
  throw new AppError('request.invalid', { errors: [issue] });
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * JSON Merge Patch (RFC 7396, section 2): members that are `null` are removed, objects are merged, other values are replaced.
 * Names such as `__proto__` are ordinary members.
 */
export function mergePatch(target: unknown, patch: Json): Json {
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? mergePatch(merged.get(name), value) : value);
  }
  return Object.fromEntries(merged);
}
