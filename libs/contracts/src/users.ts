import { IsArray, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';
import { UserResponse } from './auth.js';
import { IsProfile } from './json-object.js';
import { IsEmailAddress, IsKnownEmailAddress, IsStorable, IsText, longestPassword } from './rules.js';

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
  @IsKnownEmailAddress()
  email!: string;
}

/** `PUT /users/confirmation` */
export class ConfirmRequest {
  /** Of the mailed link. */
  @IsText(1, 256)
  token!: string;

  /**
   * Of the sign-up. A change of address needs none; where one is needed, its absence is `passwords.blank`. Any value is allowed,
   * because a token that was used answers alike whatever is sent with it: an odd one is a password that does not match.
   */
  @IsOptional()
  password?: unknown;
}

/** `DELETE /users/confirmation` */
export class CancelEmailChangeRequest {
  /** Of the link in the notice mail. */
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

/** `GET /users/me`, and what `PATCH /users/me` has made of it. */
export class MeResponse extends UserResponse {
  /** What the application keeps about the person. */
  @IsObject()
  profile!: Record<string, unknown>;

  /** What the person's roles allow here, such as `users.read`. */
  @IsArray()
  @IsString({ each: true })
  permissions!: string[];

  /** The new address that waits for a click in its mailbox. */
  @IsOptional()
  @IsString()
  unconfirmedEmail!: string | null;
}

/** `PATCH /users/me`: what is absent stays. */
export class UpdateMeRequest {
  /** `null` or blank: none. */
  @IsOptional()
  @IsText(0, longestName)
  firstName?: string | null;

  @IsOptional()
  @IsText(0, longestName)
  lastName?: string | null;

  /** A merge patch (RFC 7396): a member that is `null` goes, others are set, objects are merged. */
  @IsOptional()
  @IsProfile()
  profile?: Record<string, unknown> | null;
}
