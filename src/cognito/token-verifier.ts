import { Injectable } from '@nestjs/common';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtBaseError, JwtParseError, KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { Jwk } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import type { CognitoIdentity } from './identity-provider.js';
import { SigningKeys } from './signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

/** What a verified access token says. */
export interface AccessTokenClaims {
  readonly sub: string;
  /** The `sub` again where the token has none: those that an app client gets for itself belong to no user. */
  readonly username: string;
  readonly clientId: string;
  /** `cognito:groups` */
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /** The token family (`origin_jti`); absent where the app client does not allow revocation. */
  readonly originJti: string | undefined;
  /** When the session began, in seconds since 1970; the same after every refresh (`auth_time`). */
  readonly authTime: number;
  readonly expiresAt: Date;
}

/** What every token of a pool says. */
type Claims = JwtPayload & { sub: string; exp: number };

/**
 * Seconds that our clock may differ from Cognito's. Enough for hosts that keep their time by the network, and too short
 * to make an expired token worth stealing.
 */
const clockSkew = 5;

/** Seconds after which it is worth asking again, should the pool's keys be out of reach. */
const retryAfter = 5;

/**
 * Checks tokens offline: signature, issuer, expiry, `token_use`, app client. The library's generic check, because the one
 * for Cognito accepts only AWS's own issuers and a local pool has another. Its function and not its class: `JwtVerifier` keeps a
 * key for every issuer that a token claims, before it looks at the signature, so strangers could fill the memory.
 */
@Injectable()
export class TokenVerifier {
  private readonly cognito: Config['cognito'];
  private readonly verified = new VerifiedTokens<AccessTokenClaims>();

  constructor(
    { cognito }: Config,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    this.cognito = cognito;
    // What was signed with a key that the pool has given up counts no longer.
    keys.onChange(() => this.verified.clear());
  }

  /** @throws AppError `auth.token_invalid`; `cognito.unavailable` when the pool's keys cannot be had */
  async verifyAccessToken(token: string): Promise<AccessTokenClaims> {
    const known = this.verified.get(token, this.clock.now());
    if (known) return known;
    const claims = toAccessTokenClaims(await this.verify(token, 'access', this.cognito.acceptedClientIds));
    this.verified.set(token, claims);
    return claims;
  }

  /** The ID token of a sign-in of ours. @throws AppError `cognito.unexpected_answer`, `cognito.unavailable` */
  async verifyIdToken(token: string): Promise<CognitoIdentity & { originJti: string | undefined }> {
    try {
      const claims = await this.verify(token, 'id', [this.cognito.clientId]);
      return {
        sub: claims.sub,
        email: textOf(claims.email),
        emailVerified: claims.email_verified === true,
        originJti: textOf(claims.origin_jti),
      };
    } catch (error) {
      if (isAppError(error, 'auth.token_invalid'))
        throw new AppError('cognito.unexpected_answer', { cause: error });
      throw error;
    }
  }

  private async verify(
    token: string,
    tokenUse: 'id' | 'access',
    clientIds: readonly string[],
  ): Promise<Claims> {
    try {
      const payload = await this.checkSignature(token);
      validateCognitoJwtFields(payload, { tokenUse, clientId: [...clientIds] });
      if (!isComplete(payload)) throw new JwtParseError('the token has no sub or no exp');
      return payload;
    } catch (error) {
      if (error instanceof JwtBaseError) throw new AppError('auth.token_invalid', { cause: error });
      // Without the pool's keys no token is bad: nobody can tell, and nobody must be signed out for it.
      throw new AppError('cognito.unavailable', { cause: error, retryAfter });
    }
  }

  private async checkSignature(token: string): Promise<JwtPayload> {
    const key = this.keys.find(keyIdOf(token)) ?? (await this.findKeyAtPool(token));
    // The audience is checked with Cognito's own fields: access tokens have a client_id and no aud.
    const rules = { issuer: this.cognito.issuer, audience: null, graceSeconds: clockSkew };
    return verifyJwtSync(token, key, rules, this.keys.toKeyObject);
  }

  private async findKeyAtPool(token: string): Promise<Jwk> {
    const { header, payload } = decomposeUnverifiedJwt(token);
    // What is none of our pool's is worth no download.
    if (payload.iss !== this.cognito.issuer || header.kid === undefined)
      throw new JwtParseError('the token is none of our user pool');
    const key = await this.keys.findAtPool(header.kid);
    if (!key) throw new KidNotFoundInJwksError('the user pool has no such key');
    return key;
  }
}

/**
 * Empty where there is none. It only chooses the key that is then to prove right; the library takes a token apart to check
 * it, and doing so twice took a third of the time.
 */
function keyIdOf(token: string): string {
  try {
    const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
    return textOf((JSON.parse(header) as { kid?: unknown } | null)?.kid) ?? '';
  } catch {
    return '';
  }
}

const isComplete = (payload: JwtPayload): payload is Claims =>
  payload.sub !== undefined && payload.exp !== undefined;

function toAccessTokenClaims(claims: Claims): AccessTokenClaims {
  const groups = claims['cognito:groups'];
  return {
    sub: claims.sub,
    username: textOf(claims.username) ?? claims.sub,
    clientId: textOf(claims.client_id) ?? '',
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    scopes: claims.scope?.split(' ').filter((scope) => scope !== '') ?? [],
    originJti: textOf(claims.origin_jti),
    authTime: typeof claims.auth_time === 'number' ? claims.auth_time : (claims.iat ?? 0),
    expiresAt: new Date(claims.exp * 1000),
  };
}

const textOf = (claim: unknown): string | undefined => (typeof claim === 'string' ? claim : undefined);
