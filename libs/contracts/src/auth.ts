import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import {
  IsKnownEmailAddress,
  IsNullable,
  IsNumberFrom,
  IsText,
  IsTextMap,
  IsTimestamp,
  longestPassword,
} from './rules.js';
import { IsUserId, type UserId } from './user-id.js';

/** Cognito's refresh tokens are opaque, about 1.8 kB long (developer guide, "Using tokens"). */
const longestToken = 8192;

/** How a session is transported. */
export const sessionModes = ['tokens', 'cookie'] as const;
export type SessionMode = (typeof sessionModes)[number];

/** `POST /auth/sign-in` */
export class SignInRequest {
  @IsKnownEmailAddress()
  email!: string;

  /** Compared by code points: never trimmed or normalised. */
  @IsText(1, longestPassword)
  password!: string;

  /** How the session is transported: in the response (default), or in an HttpOnly cookie. */
  @IsOptional()
  @IsIn(sessionModes)
  session?: SessionMode;
}

/** `POST /auth/challenge` */
export class ChallengeRequest {
  /** The `session` of the challenge. */
  @IsText(1, longestToken)
  session!: string;

  /** One value for each name in the challenge's `asks`, and nothing else. */
  @IsTextMap()
  answers!: Record<string, string>;
}

/** `POST /auth/refresh`. Without a refresh token the session cookie is used. */
export class RefreshRequest {
  @IsOptional()
  @IsText(1, longestToken)
  refreshToken?: string;
}

/** `POST /auth/sign-out`. Without a refresh token the session cookie is used. */
export class SignOutRequest {
  @IsOptional()
  @IsText(1, longestToken)
  refreshToken?: string;
}

/**
 * A recent proof of identity, required if the sign-in is more than 10 minutes old. The complete
 * body of `POST /auth/mfa/totp`, `DELETE /auth/mfa/totp`, `DELETE /users/me` and `DELETE /admin/users/:id`.
 */
export class ProofRequest {
  @IsOptional()
  @IsText(1, longestPassword)
  password?: string;

  /** A code of the second factor, if one is enabled. */
  @IsOptional()
  @IsText(1, 64)
  code?: string;
}

/** `POST /auth/mfa/totp/verify` */
export class VerifyTotpRequest {
  /** The code of the authenticator app: six digits. */
  @IsText(1, 64)
  code!: string;

  /** Used only without an enrolment in the last 15 minutes and without an enabled second factor. */
  @IsOptional()
  @IsText(1, longestPassword)
  password?: string;

  /** The user's name of the device. */
  @IsOptional()
  @IsText(1, 64)
  deviceName?: string;
}

export const factors = ['totp', 'sms', 'email'] as const;
export type FactorName = (typeof factors)[number];

/** `GET /auth/mfa`: the caller's second factors. */
export class MfaResponse {
  @IsBoolean()
  totp!: boolean;

  @IsBoolean()
  sms!: boolean;

  @IsBoolean()
  email!: boolean;

  /** The preferred factor. */
  @IsNullable()
  @IsIn(factors)
  preferred!: FactorName | null;

  /** Always 0: there are no recovery codes yet. */
  @IsInt()
  recoveryCodesLeft!: number;
}

/** The signed-in user, as shown to front ends. */
export class UserResponse {
  /** The primary key of the users table; Cognito's `sub` is only a link. A string where an adopted table's key is no integer. */
  @IsUserId()
  id!: UserId;

  @IsKnownEmailAddress()
  email!: string;

  @IsNullable()
  @IsString()
  firstName!: string | null;

  @IsNullable()
  @IsString()
  lastName!: string | null;

  @IsArray()
  @IsString({ each: true })
  roles!: string[];
}

/** Cognito's tokens (RFC 6749 section 5.1 names, in camelCase). */
export class TokensResponse {
  @IsString()
  accessToken!: string;

  @IsString()
  idToken!: string;

  @IsString()
  refreshToken!: string;

  /** Seconds until the access token expires. */
  @IsInt()
  expiresIn!: number;

  @IsIn(['Bearer'])
  tokenType!: string;
}

/** An authenticator app to be set up (key URI format of Google Authenticator, RFC 6238). */
export class TotpEnrolmentResponse {
  /** The shared secret in base32, for manual entry. */
  @IsString()
  secretCode!: string;

  /** `otpauth://totp/...` */
  @IsString()
  otpauthUri!: string;

  /** The URI as a QR code in SVG. */
  @IsString()
  qrCodeSvg!: string;
}

/** The destination of a code. */
export class CodeDeliveryResponse {
  /** `EMAIL` or `SMS`. */
  @IsString()
  medium!: string;

  /** Masked by Cognito, such as `j***@e***`. */
  @IsString()
  destination!: string;
}

/** A further step before Cognito issues tokens. After a wrong answer the same session can be used again. */
export class ChallengeResponse {
  /** Cognito's challenge name, such as `NEW_PASSWORD_REQUIRED`. */
  @IsString()
  name!: string;

  /** Opaque; valid for one successful step. */
  @IsString()
  session!: string;

  /**
   * Cognito's names of the values that `answers` must contain, such as `NEW_PASSWORD` or `SOFTWARE_TOKEN_MFA_CODE`. Empty
   * if the sign-in only has to be continued.
   */
  @IsArray()
  @IsString({ each: true })
  asks!: string[];

  /** Maximum number of seconds until the session expires. */
  @IsInt()
  expiresIn!: number;

  /** The available factors if the user must choose one. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  choices?: string[];

  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDeliveryResponse)
  delivery?: CodeDeliveryResponse;

  /** With `MFA_SETUP`: the authenticator app to set up. */
  @IsOptional()
  @ValidateNested()
  @Type(() => TotpEnrolmentResponse)
  totp?: TotpEnrolmentResponse;

  /** Cognito's challenge parameters without those that identify the user. Values are strings, as in Cognito. */
  @IsTextMap()
  parameters!: Record<string, string>;
}

/** `POST /auth/sign-in`: `user` and `tokens`, or `challenge`. */
export class SignInResponse {
  @IsOptional()
  @ValidateNested()
  @Type(() => UserResponse)
  user?: UserResponse;

  @IsOptional()
  @ValidateNested()
  @Type(() => TokensResponse)
  tokens?: TokensResponse;

  @IsOptional()
  @ValidateNested()
  @Type(() => ChallengeResponse)
  challenge?: ChallengeResponse;
}

/** `GET /auth/sessions` */
export class ListSessionsQuery {
  /** From the `Link` header of the previous page. */
  @IsOptional()
  @IsText(1, 128)
  after?: string;

  /** 1 to 50; 50 when absent. */
  @IsOptional()
  @IsNumberFrom(1, 50)
  limit?: string;
}

/** One signed-in device. */
export class SessionResponse {
  @IsUUID()
  id!: string;

  /** True for the session of this request. */
  @IsBoolean()
  current!: boolean;

  @IsIn(sessionModes)
  session!: SessionMode;

  /** The `User-Agent` at sign-in. */
  @IsNullable()
  @IsString()
  device!: string | null;

  /** The IP address last seen. */
  @IsNullable()
  @IsString()
  address!: string | null;

  /** ISO 8601, UTC. */
  @IsTimestamp()
  createdAt!: string;

  @IsTimestamp()
  lastUsedAt!: string;
}

/** `POST /auth/refresh` */
export class RefreshResponse {
  @ValidateNested()
  @Type(() => TokensResponse)
  tokens!: TokensResponse;
}
