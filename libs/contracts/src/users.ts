import { IsArray, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { UserResponse } from './auth.js';
import { IsProfile } from './json-object.js';
import {
  IsEmailAddress,
  IsKnownEmailAddress,
  IsNullable,
  IsStorable,
  IsText,
  longestPassword,
} from './rules.js';

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

/** `POST /users/confirmation`: sends the mail again. */
export class ResendConfirmationRequest {
  @IsKnownEmailAddress()
  email!: string;
}

/** `PUT /users/confirmation` */
export class ConfirmRequest {
  /** The token of the mailed link. */
  @IsText(1, 256)
  token!: string;

  /**
   * The password chosen at the sign-up; if it is missing, the error is `passwords.blank`. A change of address needs none. Any
   * value is accepted, because a used token gets the same answer with any password; an invalid value counts as a wrong password.
   */
  @IsOptional()
  password?: unknown;
}

/** `DELETE /users/confirmation` */
export class CancelEmailChangeRequest {
  /** From the link in the notice mail. */
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

/** The response of `GET /users/me` and `PATCH /users/me`. */
export class MeResponse extends UserResponse {
  /** Data that the application stores about the user. */
  @IsObject()
  profile!: Record<string, unknown>;

  /** The permissions of the user's roles, such as `users.read`. */
  @IsArray()
  @IsString({ each: true })
  permissions!: string[];

  /** The new address that is not confirmed yet. */
  @IsNullable()
  @IsKnownEmailAddress()
  unconfirmedEmail!: string | null;
}

/** `PATCH /users/me`: an absent member stays unchanged. */
export class UpdateMeRequest {
  /** `null` or a blank text deletes the name. */
  @IsOptional()
  @IsText(0, longestName)
  firstName?: string | null;

  @IsOptional()
  @IsText(0, longestName)
  lastName?: string | null;

  /** A merge patch (RFC 7396): a member that is `null` is deleted, others are set, objects are merged. */
  @IsOptional()
  @IsProfile()
  profile?: Record<string, unknown> | null;
}
