import { IsBoolean, IsInt, IsOptional, MaxLength } from 'class-validator';
import { IsKnownEmailAddress, IsStorable, IsText, longestPassword } from './rules.js';

/** `POST /passwords/forgot` */
export class ForgotPasswordRequest {
  @IsKnownEmailAddress()
  email!: string;
}

/**
 * `POST /passwords/reset`. What is missing here is not `request.invalid`: each absence has a refusal of its own
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

  /** Only for clients without cookies: the address of the reset under way. */
  @IsOptional()
  @IsKnownEmailAddress()
  email?: string;
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

/** `GET /passwords/policy`: what a new password must be (Cognito's `PasswordPolicyType`). */
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

  /** How many earlier passwords may not come back; 0: all may. */
  @IsInt()
  passwordHistorySize!: number;

  @IsInt()
  temporaryPasswordValidityDays!: number;
}
