import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtBaseError, JwtParseError, KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { Jwk } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock/clock.js';
import { type CognitoConfig, cognitoConfig } from '../common/config/cognito.config.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { CognitoIdentity } from './identity-provider.js';
import { SigningKeys } from './signing-keys.js';

export interface AccessTokenClaims {
  readonly sub: string;
  /** The `sub` for a token without user name (client credentials grant). */
  readonly username: string;
  readonly clientId: string;
  /** `cognito:groups` */
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /** The token family; absent when token revocation is disabled in the app client. */
  readonly originJti: string | undefined;
  /** Time of the sign-in in seconds since 1970; unchanged by a refresh (`auth_time`). */
  readonly authTime: number;
  readonly expiresAt: Date;
}

type Claims = JwtPayload & { sub: string; exp: number };

/** Seconds: enough for hosts with NTP, and too short to make an expired token useful. */
const clockSkew = 5;

/** Seconds for `Retry-After` when the signing keys cannot be downloaded. */
const retryAfter = 5;

/**
 * Verifies signature, issuer, expiry, `token_use` and app client without a request to Cognito. Not `CognitoJwtVerifier`, which
 * accepts only issuers of AWS; not `JwtVerifier`, which caches an entry for every issuer in an unverified token (ADR 5).
 */
@Injectable()
export class TokenVerifier {
  private readonly cognito: CognitoConfig;
  private readonly verified = new VerifiedTokens<AccessTokenClaims>();

  constructor(
    @Inject(cognitoConfig.KEY) cognito: CognitoConfig,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    this.cognito = cognito;
    // Tokens signed with a key that was removed from the pool become invalid.
    keys.onChange(() => this.verified.clear());
  }

  /** @throws AppError `auth.token_invalid`; `cognito.unavailable` when the signing keys cannot be downloaded */
  async verifyAccessToken(token: string): Promise<AccessTokenClaims> {
    const known = this.verified.get(token, this.clock.now());
    if (known) return known;
    const claims = toAccessTokenClaims(await this.verify(token, 'access', this.cognito.acceptedClientIds));
    this.verified.set(token, claims);
    return claims;
  }

  /** @param token the ID token of a sign-in at Usher. @throws AppError `cognito.unexpected_answer`, `cognito.unavailable` */
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
      // Without the signing keys the token is neither valid nor invalid.
      throw new AppError('cognito.unavailable', { cause: error, retryAfter });
    }
  }

  private async checkSignature(token: string): Promise<JwtPayload> {
    const key = this.keys.find(keyIdOf(token)) ?? (await this.findKeyAtPool(token));
    // validateCognitoJwtFields checks the client: access tokens have a client_id and no aud.
    const rules = { issuer: this.cognito.issuer, audience: null, graceSeconds: clockSkew };
    return verifyJwtSync(token, key, rules, this.keys.toKeyObject);
  }

  private async findKeyAtPool(token: string): Promise<Jwk> {
    const { header, payload } = decomposeUnverifiedJwt(token);
    // No download for tokens of other issuers.
    if (payload.iss !== this.cognito.issuer || header.kid === undefined)
      throw new JwtParseError('the token is not of this user pool');
    const key = await this.keys.findAtPool(header.kid);
    if (!key) throw new KidNotFoundInJwksError('the user pool has no such key');
    return key;
  }
}

/** Unverified. Without the library's parser, which verifyJwtSync runs anyway: parsing twice took a third of the time. */
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

/** About one kilobyte each. */
const maxVerifiedTokens = 5000;

/** Claims of verified tokens by digest of the token, so that a repeated token needs no signature check. */
export class VerifiedTokens<Claims extends { readonly expiresAt: Date }> {
  private readonly claims = new LRUCache<string, Claims>({ max: maxVerifiedTokens });

  /** @returns undefined for an unknown or expired token */
  get(token: string, now: Date): Claims | undefined {
    const key = digest(token);
    const claims = this.claims.get(key);
    if (claims === undefined || now < claims.expiresAt) return claims;
    this.claims.delete(key);
    return undefined;
  }

  set(token: string, claims: Claims): void {
    this.claims.set(digest(token), claims);
  }

  clear(): void {
    this.claims.clear();
  }
}

const digest = (token: string): string => hash('sha256', token, 'base64');
