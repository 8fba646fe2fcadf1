import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { IsKnownEmailAddress, IsNullable, IsStorable } from './rules.js';
import { IsUserId, type UserId } from './user-id.js';

/**
 * `POST /aws/auth`, the request of the migration Lambda. Keys are snake_case, as in the contract that the original
 * Rails recipe published.
 */
export class AwsAuthRequest {
  /** The user name from Cognito. Any text, because it may not be an address. */
  @IsString()
  @IsStorable()
  email!: string;

  /** Absent at a password reset. Any value is accepted; an invalid one counts as a wrong password. */
  @IsOptional()
  password?: unknown;

  /** Alternatively sent as `Authorization: Bearer`. Checked before the rest of the body. */
  @IsOptional()
  access_token?: unknown;
}

/** The response of `POST /aws/auth`. Always 200; for an unknown user the same keys with `null` and `false`. */
export class AwsAuthResponse {
  /** The id in the old application. */
  @IsNullable()
  @IsUserId()
  id!: UserId | null;

  @IsNullable()
  @IsString()
  first_name!: string | null;

  @IsNullable()
  @IsString()
  last_name!: string | null;

  @IsNullable()
  @IsKnownEmailAddress()
  email!: string | null;

  /** A column of the legacy application, passed through. Not a password hash. */
  @IsNullable()
  @IsString()
  authentication_hash!: string | null;

  @IsBoolean()
  user_exists!: boolean;

  /** The password matches and the account may sign in. */
  @IsBoolean()
  success!: boolean;

  /** Usher adds the three keys below; the original Rails endpoint does not send them. */
  @IsOptional()
  @IsBoolean()
  email_verified?: boolean;

  @IsOptional()
  @IsBoolean()
  password_reset_allowed?: boolean;

  @IsOptional()
  @IsBoolean()
  sign_up_allowed?: boolean;
}
