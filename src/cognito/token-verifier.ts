import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtBaseError, JwtParseError, WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import { type JwksCache, SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { Config } from '../platform/config/config.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import type { CognitoIdentity } from './identity-provider.js';

const fetchTimeoutMs = 3000;

/** What a verified access token says. */
export interface AccessTokenClaims {
  sub: string;
  clientId: string;
}

/**
 * Checks tokens offline: signature, issuer, expiry, `token_use`, app client. The generic verifier, because the one for
 * Cognito accepts only AWS's own issuers and a local pool has another.
 */
@Injectable()
export class TokenVerifier implements OnApplicationBootstrap {
  private readonly verifier;
  private readonly clientIds: string[];
  private readonly ownClientId: string;
  private hasKeys = false;

  constructor(
    { cognito }: Config,
    private readonly log: Log,
  ) {
    this.clientIds = [...cognito.acceptedClientIds];
    this.ownClientId = cognito.clientId;
    this.verifier = JwtVerifier.create(
      // The audience is checked with Cognito's own fields: access tokens have a client_id and no aud.
      { issuer: cognito.issuer, audience: null, jwksUri: cognito.jwksUrl },
      { jwksCache: jwksCache(() => (this.hasKeys = true)) },
    );
  }

  /** Loads the keys before the first request. Without them the first request will. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.verifier.hydrate();
    } catch (error) {
      this.log.warn("the user pool's signing keys could not be loaded yet", { error });
    }
  }

  /** @throws AppError `auth.token_invalid`; `cognito.unavailable` when the pool's keys cannot be had */
  async verifyAccessToken(token: string): Promise<AccessTokenClaims> {
    const claims = await this.verify(token, 'access', this.clientIds);
    if (typeof claims.client_id !== 'string') throw new AppError('auth.token_invalid');
    return { sub: claims.sub, clientId: claims.client_id };
  }

  /** The ID token of a sign-in of ours. @throws AppError `cognito.unexpected_answer` */
  async verifyIdToken(token: string): Promise<CognitoIdentity> {
    try {
      const { sub, email, email_verified: verified } = await this.verify(token, 'id', [this.ownClientId]);
      return { sub, email: typeof email === 'string' ? email : undefined, emailVerified: verified === true };
    } catch (error) {
      if (isAppError(error, 'auth.token_invalid'))
        throw new AppError('cognito.unexpected_answer', { cause: error });
      throw error;
    }
  }

  private async verify(
    token: string,
    tokenUse: 'id' | 'access',
    clientId: string[],
  ): Promise<JwtPayload & { sub: string }> {
    try {
      const payload = await this.verifier.verify(token);
      validateCognitoJwtFields(payload, { tokenUse, clientId });
      if (payload.sub === undefined) throw new JwtParseError('the token has no sub');
      return { ...payload, sub: payload.sub };
    } catch (error) {
      // Without the pool's keys no token is bad: nobody can tell, and nobody must be signed out for it.
      throw new AppError(this.isUnjudged(error) ? 'cognito.unavailable' : 'auth.token_invalid', {
        cause: error,
      });
    }
  }

  private isUnjudged(error: unknown): boolean {
    if (!(error instanceof JwtBaseError)) return true;
    return error instanceof WaitPeriodNotYetEndedJwkError && !this.hasKeys;
  }
}

/** The library's own fetcher speaks https only; a local pool has no certificate. */
function jwksCache(onLoaded: () => void): JwksCache {
  return new SimpleJwksCache({
    fetcher: {
      async fetch(uri) {
        const response = await fetch(uri, { signal: AbortSignal.timeout(fetchTimeoutMs) });
        if (!response.ok) throw new Error(`the key set answered with status ${response.status}`);
        const keys = await response.arrayBuffer();
        onLoaded();
        return keys;
      },
    },
  });
}
