import { Injectable } from '@nestjs/common';
import { isTokenReuse, mayHaveSucceeded } from '../cognito/cognito-errors.js';
import { IdentityProvider, type Tokens } from '../cognito/identity-provider.js';
import { Clock } from '../common/clock/clock.js';
import { SingleFlight } from '../common/concurrency/single-flight.js';
import { retryWhileOverloaded } from '../common/database/database.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { ExternalSessions } from './external-sessions.js';
import { type Lease, type Session, SessionsRepository } from './persistence/sessions.repository.js';
import { SessionRevocationService } from './session-revocation.service.js';
import { SessionValidator } from './session-validator.js';
import { TokenReuseService } from './token-reuse.service.js';

const pollMs = 50;

/** How long a request waits for a refresh by another process. */
const waitMs = 25_000;

/** An access token that expires within this time (seconds) is refreshed before it is used. */
const expiresSoon = 30;

/**
 * Refreshes the tokens of sessions, in token mode and in cookie mode. A lease makes the refresh of a session single-flight
 * across all processes: with rotation, Cognito treats a second request with the same refresh token as a reuse.
 */
@Injectable()
export class TokenRefreshService {
  private readonly flight = new SingleFlight<Tokens>();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly validator: SessionValidator,
    private readonly externalSessions: ExternalSessions,
    private readonly identityProvider: IdentityProvider,
    private readonly revocations: SessionRevocationService,
    private readonly reuse: TokenReuseService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `auth.token_invalid` if the session is revoked or expired, its user is disabled, or the token was
   * replaced more than 10 seconds ago. `cognito.unavailable` and `overloaded` revoke nothing.
   */
  async refresh(refreshToken: string): Promise<Tokens> {
    const session = await this.validator.ofRefreshToken(refreshToken);
    if (session === undefined) return this.externalSessions.refresh(refreshToken);
    // A concurrent or repeated refresh: the response to the first one may be lost.
    if (session.replaced) return this.storedTokens(session);
    return this.renew(session, refreshToken);
  }

  /** @throws as `refresh` */
  async refreshByCookie(secret: string): Promise<void> {
    await this.renew(await this.validator.ofCookie(secret));
  }

  /** Refreshes an access token that is about to expire. @returns the owner of a session cookie @throws as `refresh` */
  async callerOf(secret: string): Promise<Principal> {
    const session = await this.validator.ofCookie(secret);
    const { accessToken } = await this.usableTokens(session);
    try {
      return await this.validator.toPrincipal(session, accessToken);
    } catch (error) {
      if (!isAppError(error, 'auth.token_invalid')) throw error;
      // The pool may have removed the signing key of the access token. The refresh token does not depend on it.
      return this.validator.toPrincipal(session, (await this.renew(session)).accessToken);
    }
  }

  private async usableTokens(session: Session): Promise<Tokens> {
    const tokens = this.storedTokens(session);
    if (session.accessSeconds > expiresSoon) return tokens;
    try {
      return await this.renew(session);
    } catch (error) {
      if (isAppError(error, 'auth.token_invalid') || session.accessSeconds <= 0) throw error;
      return tokens;
    }
  }

  /** @throws AppError `auth.token_invalid` if they are sealed with a secret that is no longer configured */
  private storedTokens(session: Session): Tokens {
    const tokens = this.sessions.tokensOf(session);
    if (tokens === undefined) throw new AppError('auth.token_invalid');
    return tokens;
  }

  /** @param refreshToken the caller's, for the case that the stored one cannot be unsealed */
  private renew(session: Session, refreshToken?: string): Promise<Tokens> {
    return this.flight.run(() => this.renewUnderLease(session, refreshToken), session.id);
  }

  private async renewUnderLease(session: Session, shown?: string): Promise<Tokens> {
    const refreshToken = shown ?? this.storedTokens(session).refreshToken;
    const until = this.clock.elapsed() + waitMs;
    do {
      const lease = await this.sessions.takeLease(session);
      if (lease !== undefined) return this.sendRefresh(session, lease, refreshToken);
      const renewed = await this.renewedByAnother(session);
      if (renewed) return renewed;
      await this.clock.sleep(pollMs);
    } while (this.clock.elapsed() < until);
    throw new AppError('overloaded', { retryAfter: 2 });
  }

  private async sendRefresh(session: Session, lease: Lease, refreshToken: string): Promise<Tokens> {
    let tokens: Tokens;
    try {
      tokens = await this.identityProvider.refresh(refreshToken);
    } catch (error) {
      return this.handleFailure(session, lease, error);
    }
    // Without the new tokens the session is lost.
    if (await retryWhileOverloaded(this.clock, () => this.sessions.saveRenewal(session, tokens)))
      return tokens;
    return this.handleConflict(session, tokens);
  }

  /** A refusal revokes the session, unless a renewal that took longer than its lease has replaced the token. */
  private async handleFailure(session: Session, lease: Lease, error: unknown): Promise<Tokens> {
    if (isAppError(error, 'auth.token_invalid') && (await this.revokeRefused(session, lease, error)))
      throw error;
    const renewed = await this.renewedByAnother(session);
    if (renewed) return renewed;
    const isUnchanged = !lease.unanswered && !mayHaveSucceeded(error);
    await this.sessions.releaseLease(session, lease.lease, isUnchanged);
    throw error;
  }

  private revokeRefused(session: Session, { unanswered }: Lease, error: unknown): Promise<boolean> {
    // Without an answer to an earlier request of ours, that request may have replaced the token.
    if (!isTokenReuse(error) || unanswered) return this.revocations.revokeUnlessRefreshed(session);
    return retryWhileOverloaded(this.clock, () => this.reuse.revokeReused(session, 'refused_by_cognito'));
  }

  /** The session was renewed or revoked while Cognito answered; if revoked, the new token is revoked too. */
  private async handleConflict(session: Session, tokens: Tokens): Promise<Tokens> {
    const now = await this.sessions.find(session.id);
    if (now !== undefined && !now.revoked) return this.storedTokens(now);
    await this.revocations.revokeOrphan(tokens.refreshToken);
    throw new AppError('auth.token_invalid');
  }

  /** @throws AppError `auth.token_invalid` if the session is revoked */
  private async renewedByAnother(session: Session): Promise<Tokens | undefined> {
    const now = await this.sessions.find(session.id);
    if (now === undefined || now.revoked) throw new AppError('auth.token_invalid');
    return now.version > session.version ? this.storedTokens(now) : undefined;
  }
}
