import { IsBoolean, IsInt, IsOptional, MaxLength } from 'class-validator';
import { IsKnownEmailAddress, IsStorable, IsText, longestPassword } from './rules.js';

/** `POST /passwords/forgot` */
export class ForgotPasswordRequest {
  @IsKnownEmailAddress()
  email!: string;
}

/**
 * `POST /passwords/reset`. A missing member is not `request.invalid`: each one has its own error code
 * (`passwords.blank`, `passwords.confirmation_mismatch`, `passwords.code_missing`, `passwords.reset_not_started`).
 */
export class ResetPasswordRequest {
  @IsOptional()
  @IsStorable()
  @MaxLength(2048)
  code?: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  password?: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  passwordConfirmation?: string;

  /** The address of the started reset; only for clients without cookies. */
  @IsOptional()
  @IsKnownEmailAddress()
  email?: string;

  /** Also removes the second factors, if an administrator has allowed it in the last 24 hours; ignored otherwise. */
  @IsOptional()
  @IsBoolean()
  removeMfa?: boolean;
}

/** `POST /passwords/change`. A missing new password is `passwords.blank`, as at a reset. */
export class ChangePasswordRequest {
  @IsText(1, longestPassword)
  currentPassword!: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  password?: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  passwordConfirmation?: string;
}

/** `GET /passwords/policy`: the rules for a new password (Cognito's `PasswordPolicyType`). */
export class PasswordPolicyResponse {
  @IsInt()
  minimumLength!: number;

  @IsBoolean()
  requireUppercase!: boolean;

  @IsBoolean()
  requireLowercase!: boolean;

  @IsBoolean()
  requireNumbers!: boolean;

  @IsBoolean()
  requireSymbols!: boolean;

  /** Number of earlier passwords that cannot be reused; 0 for none. */
  @IsInt()
  passwordHistorySize!: number;

  @IsInt()
  temporaryPasswordValidityDays!: number;
}
