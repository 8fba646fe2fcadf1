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
import { IsKnownEmailAddress, IsText, IsTextMap, longestPassword } from './rules.js';

/** Cognito's refresh tokens are opaque, about 1.8 kB long (developer guide, "Using tokens"). */
const longestToken = 8192;

/** How a session is carried. */
export const sessionModes = ['tokens', 'cookie'] as const;
export type SessionMode = (typeof sessionModes)[number];

/** `POST /auth/sign-in` */
export class SignInRequest {
  @IsKnownEmailAddress()
  email!: string;

  /** Exact code points: never trimmed, never normalised. */
  @IsText(1, longestPassword)
  password!: string;

  /** How the session is carried: in the answer (default), or in an HttpOnly cookie. */
  @IsOptional()
  @IsIn(sessionModes)
  session?: SessionMode;
}

/** `POST /auth/challenge` */
export class ChallengeRequest {
  /** The `session` of the challenge being answered. */
  @IsText(1, longestToken)
  session!: string;

  /** One value for each name in the challenge's `asks`, and nothing else. */
  @IsTextMap()
  answers!: Record<string, string>;
}

/** `POST /auth/refresh`. Without a refresh token the session cookie is meant. */
export class RefreshRequest {
  @IsOptional()
  @IsText(1, longestToken)
  refreshToken?: string;
}

/** `POST /auth/sign-out`. Without a refresh token the session cookie is meant. */
export class SignOutRequest {
  @IsOptional()
  @IsText(1, longestToken)
  refreshToken?: string;
}

/** `POST /auth/mfa/totp/verify` */
export class VerifyTotpRequest {
  /** What the authenticator app shows: six digits. */
  @IsText(1, 16)
  code!: string;

  /** What the user calls the device. */
  @IsOptional()
  @IsText(1, 64)
  deviceName?: string;
}

/** What a front end may know about the signed-in person. */
export class UserResponse {
  /** Our own key; Cognito's `sub` is only a link. */
  @IsInt()
  id!: number;

  @IsString()
  email!: string;

  @IsOptional()
  @IsString()
  firstName!: string | null;

  @IsOptional()
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
  /** The shared secret in base32, for typing in by hand. */
  @IsString()
  secretCode!: string;

  /** `otpauth://totp/...` */
  @IsString()
  otpauthUri!: string;

  /** The same as a QR code: an SVG document. */
  @IsString()
  qrCodeSvg!: string;
}

/** Where a code was sent. */
export class CodeDeliveryResponse {
  /** `EMAIL` or `SMS`. */
  @IsString()
  medium!: string;

  /** Masked by Cognito, such as `j***@e***`. */
  @IsString()
  destination!: string;
}

/** A further step Cognito asks for before it gives tokens. A wrong answer can be corrected with the same session. */
export class ChallengeResponse {
  /** Cognito's challenge name, such as `NEW_PASSWORD_REQUIRED`. */
  @IsString()
  name!: string;

  /** Opaque; carries the sign-in to its next step, once. */
  @IsString()
  session!: string;

  /**
   * Names (Cognito's) of the values that `answers` must hold, such as `NEW_PASSWORD` or `SOFTWARE_TOKEN_MFA_CODE`. None
   * where the sign-in only has to be continued.
   */
  @IsArray()
  @IsString({ each: true })
  asks!: string[];

  /** Seconds until the step can no longer be answered, at most. */
  @IsInt()
  expiresIn!: number;

  /** Where to choose between factors: what may be answered. */
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

  /** What Cognito says about the step, without what names the user. Values are strings, as Cognito sends them. */
  @IsObject()
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

/** One signed-in device. */
export class SessionResponse {
  @IsString()
  id!: string;

  /** The session this request belongs to. */
  @IsBoolean()
  current!: boolean;

  @IsIn(sessionModes)
  session!: SessionMode;

  /** The browser or app as it named itself (`User-Agent`) at sign-in. */
  @IsOptional()
  @IsString()
  device!: string | null;

  /** The IP address last seen. */
  @IsOptional()
  @IsString()
  address!: string | null;

  /** ISO 8601, UTC. */
  @IsString()
  createdAt!: string;

  @IsString()
  lastUsedAt!: string;
}

/** `POST /auth/refresh` */
export class RefreshResponse {
  @ValidateNested()
  @Type(() => TokensResponse)
  tokens!: TokensResponse;
}
