import { Injectable } from '@nestjs/common';
import { isOutage } from '../cognito/cognito-errors.js';
import { IdentityProvider, type Tokens } from '../cognito/identity-provider.js';
import { type AccessTokenClaims, TokenVerifier } from '../cognito/token-verifier.js';
import { Clock } from '../common/clock/clock.js';
import { retryWhileOverloaded } from '../common/database/database.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { SessionsRepository } from './persistence/sessions.repository.js';
import { SessionRevocationService } from './session-revocation.service.js';
import { SessionValidator } from './session-validator.js';
import { TokenReuseService } from './token-reuse.service.js';

/** Refresh tokens that Usher did not issue. The family of one is known only after a refresh at Cognito. */
@Injectable()
export class ExternalSessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly identityProvider: IdentityProvider,
    private readonly verifier: TokenVerifier,
    private readonly validator: SessionValidator,
    private readonly revocations: SessionRevocationService,
    private readonly reuse: TokenReuseService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `auth.token_invalid`; if the family began here or was revoked here, the user is disabled here, or has
   * signed out everywhere or got a new password since, the session is revoked as well
   */
  async refresh(refreshToken: string): Promise<Tokens> {
    const tokens = await this.identityProvider.refresh(refreshToken);
    const claims = await this.verifier.verifyAccessToken(tokens.accessToken);
    if (await retryWhileOverloaded(this.clock, () => this.isRefused(claims, tokens.refreshToken)))
      throw new AppError('auth.token_invalid');
    return tokens;
  }

  /**
   * Revokes the session of a refresh token here and at Cognito; access tokens of its family are refused from now on.
   * @throws AppError `cognito.unavailable`
   */
  async revoke(refreshToken: string): Promise<void> {
    const tokens = await this.tryRefresh(refreshToken);
    if (tokens === undefined) return this.identityProvider.revoke(refreshToken);
    const claims = await this.verifier.verifyAccessToken(tokens.accessToken);
    if (await retryWhileOverloaded(this.clock, () => this.revokeIfReused(claims, tokens.refreshToken)))
      return;
    await retryWhileOverloaded(this.clock, () => this.revocations.recordExternal(claims, 'signed out'));
    await this.identityProvider.revoke(tokens.refreshToken);
  }

  private async isRefused(claims: AccessTokenClaims, newest: string): Promise<boolean> {
    if (await this.revokeIfReused(claims, newest)) return true;
    if (!(await this.validator.isRevoked(claims))) return false;
    await this.revocations.revokeOrphan(newest);
    return true;
  }

  /** Every token that Usher got for a family has its digest here, so this one comes from a refresh at Cognito. */
  private async revokeIfReused({ originJti }: AccessTokenClaims, newest: string): Promise<boolean> {
    const session = originJti === undefined ? undefined : await this.sessions.findByFamily(originJti);
    if (session === undefined || session.revoked) return false;
    await this.reuse.revokeReused(session, 'unknown_token', newest);
    return true;
  }

  /** @returns `undefined` for a token that Cognito does not refresh */
  private async tryRefresh(refreshToken: string): Promise<Tokens | undefined> {
    try {
      return await this.identityProvider.refresh(refreshToken);
    } catch (error) {
      if (isAppError(error, 'auth.token_invalid', 'internal')) return undefined;
      // A trigger may refuse every refresh; RevokeToken runs no trigger.
      if (isAppError(error) && !isOutage(error.cause)) await this.revocations.revokeOrphan(refreshToken);
      throw error;
    }
  }
}
