import { IsOptional, MaxLength } from 'class-validator';
import { IsEmailAddress, IsStorable, IsText, longestPassword } from './rules.js';

const longestName = 255;

/** `POST /users`. A missing password is `passwords.blank`, as at a reset. */
export class SignUpRequest {
  @IsEmailAddress()
  email!: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  password?: string;

  @IsOptional()
  @IsStorable()
  @MaxLength(longestPassword)
  passwordConfirmation?: string;

  @IsOptional()
  @IsText(0, longestName)
  firstName?: string;

  @IsOptional()
  @IsText(0, longestName)
  lastName?: string;
}

/** `POST /users/confirmation`: one more mail, please. */
export class ResendConfirmationRequest {
  @IsEmailAddress()
  email!: string;
}

/** `PUT /users/confirmation` */
export class ConfirmRequest {
  /** Of the mailed link. */
  @IsText(1, 256)
  token!: string;
}

/** `PUT /users/me/email` */
export class ChangeEmailRequest {
  @IsEmailAddress()
  email!: string;

  @IsText(1, longestPassword)
  currentPassword!: string;
}
