import { Injectable } from '@nestjs/common';
import { IdentityProvider, type Tokens } from '../../cognito/identity-provider.js';
import { Clock } from '../../platform/clock/clock.js';
import { AppError, isAppError } from '../../platform/errors/app-error.js';
import { type Session, SessionsRepository } from '../persistence/sessions.repository.js';
import { Endings } from './endings.js';

const pollMs = 50;

/** A little longer than a lease, so that whoever waits for a process that died gets its turn. */
const patienceMs = 25_000;

/** PostgreSQL restarts and fails over in less. */
const savingMs = 10_000;
const betweenTriesMs = 500;

/** An access token that lives no longer than this (seconds) is renewed before it is used. */
const expiresSoon = 30;

/**
 * Asks Cognito for a session's next tokens: once at a time for each session, whoever asks and in whichever process. With
 * the pool's rotation on, a second question with the same refresh token would be taken for theft.
 */
@Injectable()
export class Renewals {
  private readonly underWay = new Map<string, Promise<Tokens>>();

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly identityProvider: IdentityProvider,
    private readonly endings: Endings,
    private readonly clock: Clock,
  ) {}

  /**
   * Tokens newer than the session's.
   * @param shown the refresh token the caller has, good even when the stored one cannot be read.
   * @throws AppError `auth.token_invalid`, `overloaded`, and what `IdentityProvider` throws when it cannot be reached
   */
  renew(session: Session, shown?: string): Promise<Tokens> {
    const known = this.underWay.get(session.id);
    if (known) return known;
    const renewal = this.acquireLease(session, shown).finally(() => this.underWay.delete(session.id));
    this.underWay.set(session.id, renewal);
    return renewal;
  }

  /** The session's tokens, with an access token that can be used. @throws as `renew` */
  async current(session: Session): Promise<Tokens> {
    const tokens = this.stored(session);
    if (session.accessSeconds > expiresSoon) return tokens;
    try {
      return await this.renew(session);
    } catch (error) {
      // Cognito may be back before the token is really over.
      if (isAppError(error, 'auth.token_invalid') || session.accessSeconds <= 0) throw error;
      return tokens;
    }
  }

  /** @throws AppError `auth.token_invalid` when a secret that was dropped has sealed them */
  stored(session: Session): Tokens {
    const tokens = this.sessions.tokensOf(session);
    if (tokens === undefined) throw new AppError('auth.token_invalid');
    return tokens;
  }

  private async acquireLease(session: Session, shown?: string): Promise<Tokens> {
    const refreshToken = shown ?? this.stored(session).refreshToken;
    const until = this.clock.elapsed() + patienceMs;
    do {
      const lease = await this.sessions.takeLease(session);
      if (lease !== undefined) return this.askCognito(session, lease, refreshToken);
      const renewed = await this.renewedMeanwhile(session);
      if (renewed) return renewed;
      await this.clock.sleep(pollMs);
    } while (this.clock.elapsed() < until);
    throw new AppError('overloaded', { retryAfter: 2 });
  }

  private async askCognito(session: Session, lease: string, refreshToken: string): Promise<Tokens> {
    let tokens: Tokens;
    try {
      tokens = await this.identityProvider.refresh(refreshToken);
    } catch (error) {
      return this.afterFailure(session, lease, error);
    }
    if (await this.save(session, tokens)) return tokens;
    return this.overtaken(session, tokens);
  }

  /** With rotation on, tokens that are not written are lost and the session with them: the database gets some time. */
  private async save(session: Session, tokens: Tokens): Promise<boolean> {
    const until = this.clock.elapsed() + savingMs;
    for (;;) {
      try {
        return await this.sessions.saveRenewal(session, tokens);
      } catch (error) {
        if (!isAppError(error, 'overloaded') || this.clock.elapsed() > until) throw error;
        await this.clock.sleep(betweenTriesMs);
      }
    }
  }

  /** Cognito's no ends the session, unless a renewal that took longer than its lease made the token useless. */
  private async afterFailure(session: Session, lease: string, error: unknown): Promise<Tokens> {
    if (isAppError(error, 'auth.token_invalid') && (await this.endings.endUnlessRenewed(session)))
      throw error;
    const renewed = await this.renewedMeanwhile(session);
    if (renewed) return renewed;
    await this.sessions.releaseLease(session, lease);
    throw error;
  }

  /** While Cognito was answering the session was renewed by somebody else, or it ended: then its new token ends too. */
  private async overtaken(session: Session, tokens: Tokens): Promise<Tokens> {
    const now = await this.sessions.find(session.id);
    if (now !== undefined && !now.ended) return this.stored(now);
    await this.endings.revokeRefused(tokens.refreshToken);
    throw new AppError('auth.token_invalid');
  }

  /** What somebody else has renewed since. @throws AppError `auth.token_invalid` when the session has ended */
  private async renewedMeanwhile(session: Session): Promise<Tokens | undefined> {
    const now = await this.sessions.find(session.id);
    if (now === undefined || now.ended) throw new AppError('auth.token_invalid');
    return now.version > session.version ? this.stored(now) : undefined;
  }
}
