import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { ProofRequest, UserResponse } from './auth.js';
import { IsKnownEmailAddress, IsNullable, IsNumberFrom, IsRoleList, IsText, IsTimestamp } from './rules.js';
import { IsUserId, type UserId } from './user-id.js';

/** `GET /admin/users` */
export class FindUsersQuery {
  /** A prefix of the address, or a complete `sub`. If absent, all users. */
  @IsOptional()
  @IsText(1, 254)
  search?: string;

  /** `next` of the previous page. */
  @IsOptional()
  @IsText(1, 1024)
  after?: string;

  /** 1 to 100; 50 when absent. */
  @IsOptional()
  @IsNumberFrom(1, 100)
  limit?: string;
}

/** A user as shown to administrators, without hashes, tokens and digests. */
export class AdminUserResponse extends UserResponse {
  @IsObject()
  profile!: Record<string, unknown>;

  /** Cognito's `sub`, once known from a sign-in. */
  @IsNullable()
  @IsString()
  sub!: string | null;

  /** The id in the old application: the row's own in an adopted table, else `null`. */
  @IsNullable()
  @IsString()
  legacyId!: string | null;

  @IsBoolean()
  confirmed!: boolean;

  /** Locked by Devise after failed sign-ins, unless the lock has expired. */
  @IsBoolean()
  locked!: boolean;

  /** Disabled by an administrator. */
  @IsBoolean()
  disabled!: boolean;

  /** Blocked in the old application, by a condition of `LEGACY_BLOCKED_WHEN`. */
  @IsBoolean()
  blocked!: boolean;

  /** `pending` until the user is also deleted from the pool. */
  @IsNullable()
  @IsIn(['pending', 'done'])
  erasure!: 'pending' | 'done' | null;

  /** The new address that is not confirmed yet. */
  @IsNullable()
  @IsKnownEmailAddress()
  unconfirmedEmail!: string | null;

  /** ISO 8601, UTC; `null` if an adopted table does not say. */
  @IsNullable()
  @IsTimestamp()
  createdAt!: string | null;
}

/** Ordered by address. */
export class FindUsersResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AdminUserResponse)
  users!: AdminUserResponse[];

  /** For `after`; `null` on the last page. */
  @IsNullable()
  @IsString()
  next!: string | null;
}

/** `PUT /admin/users/:id/roles` */
export class SetRolesRequest extends ProofRequest {
  /** All roles, including unchanged ones. */
  @IsRoleList()
  roles!: string[];
}

export const mfaRemovalTimes = ['now', 'reset'] as const;
export type MfaRemovalTime = (typeof mfaRemovalTimes)[number];

/** `DELETE /admin/users/:id/mfa` */
export class RemoveMfaRequest extends ProofRequest {
  /** `now` (default), or `reset`: a password reset within 24 hours may remove the factors. */
  @IsOptional()
  @IsIn(mfaRemovalTimes)
  at?: MfaRemovalTime;
}

/** `GET /admin/audit` */
export class FindAuditQuery {
  /** The `id` of the affected user. */
  @IsOptional()
  @IsText(1, 255)
  user?: string;

  @IsOptional()
  @IsText(1, 19)
  after?: string;

  @IsOptional()
  @IsNumberFrom(1, 100)
  limit?: string;
}

/** One entry of the audit log. */
export class AuditEntryResponse {
  @IsInt()
  id!: number;

  /** ISO 8601, UTC. */
  @IsTimestamp()
  at!: string;

  /**
   * `user`: the user with `actorId`, or without one the user of a mailed link; `operator`: a person who ran a command
   * of `usher`; `usher`: the service itself.
   */
  @IsIn(['user', 'operator', 'usher'])
  actor!: 'user' | 'operator' | 'usher';

  @IsNullable()
  @IsUserId()
  actorId!: UserId | null;

  @IsString()
  action!: string;

  /** The affected user. */
  @IsUserId()
  userId!: UserId;

  @IsObject()
  details!: Record<string, unknown>;

  /** `X-Request-Id` of the request that caused it; `null` for jobs and commands, and for entries of older releases. */
  @IsNullable()
  @IsString()
  requestId!: string | null;

  /** IP address of the caller; `null` as `requestId`, and once the user or the actor is deleted. */
  @IsNullable()
  @IsString()
  address!: string | null;
}

/** Newest first. */
export class FindAuditResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AuditEntryResponse)
  entries!: AuditEntryResponse[];

  @IsNullable()
  @IsString()
  next!: string | null;
}
