import { IsOptional, MaxLength } from 'class-validator';
import { IsEmailAddress, IsStorable, longestPassword } from './rules.js';

/** `POST /passwords/forgot` */
export class ForgotPasswordRequest {
  @IsEmailAddress()
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
  @IsEmailAddress()
  email?: string;
}
