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
import { UserResponse } from './auth.js';
import { IsNumberFrom, IsRoleList, IsText } from './rules.js';

/** `GET /admin/users` */
export class FindUsersQuery {
  /** How the address begins, or a whole `sub`. Without it: everybody. */
  @IsOptional()
  @IsText(1, 254)
  search?: string;

  /** `next` of the page before. */
  @IsOptional()
  @IsText(1, 1024)
  after?: string;

  /** 1 to 100; 50 when absent. */
  @IsOptional()
  @IsNumberFrom(1, 100)
  limit?: string;
}

/** What an administrator sees of a person. No hash, no token, no digest. */
export class AdminUserResponse extends UserResponse {
  @IsObject()
  profile!: Record<string, unknown>;

  /** Cognito's, once a sign-in has told it. */
  @IsOptional()
  @IsString()
  sub!: string | null;

  @IsBoolean()
  confirmed!: boolean;

  /** By an administrator. */
  @IsBoolean()
  disabled!: boolean;

  /** By the old application, whose conditions are in `LEGACY_BLOCKED_WHEN`. */
  @IsBoolean()
  blocked!: boolean;

  /** `pending` until the pool has forgotten the person too. */
  @IsOptional()
  @IsIn(['pending', 'done'])
  erasure!: 'pending' | 'done' | null;

  /** The address that waits for a click. */
  @IsOptional()
  @IsString()
  unconfirmedEmail!: string | null;

  /** ISO 8601, UTC. */
  @IsString()
  createdAt!: string;
}

/** In the order of the addresses. */
export class FindUsersResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AdminUserResponse)
  users!: AdminUserResponse[];

  /** For `after`; `null` on the last page. */
  @IsOptional()
  @IsString()
  next!: string | null;
}

/** `PUT /admin/users/:id/roles` */
export class SetRolesRequest {
  /** All of them, the ones that stay too. */
  @IsRoleList()
  roles!: string[];
}

/** `GET /admin/audit` */
export class FindAuditQuery {
  /** The `id` of the person it was done to. */
  @IsOptional()
  @IsText(1, 19)
  user?: string;

  @IsOptional()
  @IsText(1, 19)
  after?: string;

  @IsOptional()
  @IsNumberFrom(1, 100)
  limit?: string;
}

/** Somebody did something to somebody. */
export class AuditEntryResponse {
  @IsInt()
  id!: number;

  /** ISO 8601, UTC. */
  @IsString()
  at!: string;

  /** `user`: the person with `actorId`, or without one a reader of a mailed link; `operator`: somebody with the `usher` commands; `usher`: the service itself. */
  @IsIn(['user', 'operator', 'usher'])
  actor!: 'user' | 'operator' | 'usher';

  @IsOptional()
  @IsInt()
  actorId!: number | null;

  @IsString()
  action!: string;

  /** To whom. */
  @IsInt()
  userId!: number;

  @IsObject()
  details!: Record<string, unknown>;
}

/** Newest first. */
export class FindAuditResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AuditEntryResponse)
  entries!: AuditEntryResponse[];

  @IsOptional()
  @IsString()
  next!: string | null;
}
