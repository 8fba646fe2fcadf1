import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { IsEmailAddress, IsText, longestPassword } from './rules.js';

/** Cognito's refresh tokens are opaque, about 1.8 kB long (developer guide, "Using tokens"). */
const longestToken = 8192;

/** `POST /auth/sign-in` */
export class SignInRequest {
  @IsEmailAddress()
  email!: string;

  /** Exact code points: never trimmed, never normalised. */
  @IsText(1, longestPassword)
  password!: string;

  /** How the session is carried. Tokens, for now. */
  @IsOptional()
  @IsIn(['tokens'])
  session?: 'tokens';
}

/** `POST /auth/refresh` */
export class RefreshRequest {
  @IsText(1, longestToken)
  refreshToken!: string;
}

/** `POST /auth/sign-out` */
export class SignOutRequest {
  @IsText(1, longestToken)
  refreshToken!: string;
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

/** A further step Cognito asks for before it gives tokens. */
export class ChallengeResponse {
  /** Cognito's challenge name, such as `NEW_PASSWORD_REQUIRED`. */
  @IsString()
  name!: string;

  /** Opaque; carries the sign-in to its next step. */
  @IsString()
  session!: string;

  /** What the step needs to know. Values are strings, as Cognito sends them. */
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

/** `POST /auth/refresh` */
export class RefreshResponse {
  @ValidateNested()
  @Type(() => TokensResponse)
  tokens!: TokensResponse;
}
