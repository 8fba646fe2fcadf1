import { IsBoolean, IsInt, IsOptional, IsString } from 'class-validator';
import { IsStorable } from './rules.js';

/**
 * `POST /aws/auth`, the question the migration Lambda asks. Keys are snake_case: it is the contract that the original
 * Rails recipe published.
 */
export class AwsAuthRequest {
  /** As Cognito passes it on; any text, because a user name need not be an address. */
  @IsString()
  @IsStorable()
  email!: string;

  /** Absent when a reset is asked for. Any value is allowed: an odd one is a password that does not match. */
  @IsOptional()
  password?: unknown;

  /** May come as `Authorization: Bearer` instead; judged before the rest of the body. */
  @IsOptional()
  access_token?: unknown;
}

/** The answer to `POST /aws/auth`. Always 200; for an unknown user the same keys with `null` and `false`. */
export class AwsAuthResponse {
  @IsOptional()
  @IsInt()
  id!: number | null;

  @IsOptional()
  @IsString()
  first_name!: string | null;

  @IsOptional()
  @IsString()
  last_name!: string | null;

  @IsOptional()
  @IsString()
  email!: string | null;

  /** The old application's own column, passed through. Not a password hash. */
  @IsOptional()
  @IsString()
  authentication_hash!: string | null;

  @IsBoolean()
  user_exists!: boolean;

  /** The password matches and the account may sign in. */
  @IsBoolean()
  success!: boolean;

  /** The three keys below are ours; the original Rails endpoint does not send them. */
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
