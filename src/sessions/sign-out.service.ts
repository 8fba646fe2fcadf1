import { Injectable } from '@nestjs/common';
import type { SessionResponse } from '#contracts';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { EndedSessions } from './ended-sessions.js';
import { Endings } from './lifecycle/endings.js';
import { type EndReason, SessionsRepository } from './persistence/sessions.repository.js';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What people can see of their sessions, and how they end them. */
@Injectable()
export class SignOutService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly endings: Endings,
    private readonly ended: EndedSessions,
    private readonly identityProvider: IdentityProvider,
  ) {}

  /**
   * Never fails because the session has ended already.
   * @throws AppError `cognito.unavailable`: the session is over here, but its refresh token may still work at Cognito
   */
  async end(refreshToken: string): Promise<void> {
    const session = await this.sessions.findByRefreshToken(refreshToken);
    if (session === undefined) await this.identityProvider.revoke(refreshToken);
    else await this.endings.end(session, 'signed out', refreshToken);
  }

  /** Does not fail when Cognito is away: nobody but us has the refresh token, and it is revoked later. */
  async endByCookie(secret: string): Promise<void> {
    const session = await this.sessions.findByCookie(secret);
    if (session !== undefined && !session.ended) await this.endings.endQuietly(session, 'signed out');
  }

  /**
   * Cognito first: while it cannot be told nothing has ended, and the caller can try again.
   * @throws AppError `cognito.unavailable`
   */
  async endEverywhere(caller: Principal): Promise<void> {
    if (this.ended.has(caller)) return;
    const { sub, clientId, originJti, accessToken } = caller;
    const isDone = await this.identityProvider.globalSignOut(accessToken);
    if (originJti !== undefined) {
      await this.sessions.insertEnded(sub, clientId, originJti);
      this.ended.add(originJti);
    }
    this.ended.addSignOut(sub, await this.sessions.recordSignOut(sub));
    // With a token that is dead at Cognito nothing has ended there: then each session is revoked by its own token.
    if (!isDone) return this.endings.endAll(sub, 'signed out everywhere');
    for (const ended of await this.sessions.endAllOf(sub)) this.ended.add(ended);
  }

  /**
   * Ends the sessions of a person that began here, whatever Cognito says to it.
   * @param keep a token family that goes on
   */
  async endAll(sub: string, reason: EndReason, keep?: string): Promise<void> {
    await this.endings.endAll(sub, reason, keep);
  }

  async list({ sub, originJti: current }: Principal): Promise<SessionResponse[]> {
    const sessions = await this.sessions.listLive(sub);
    return sessions.map(({ originJti, createdAt, lastUsedAt, ...session }) => ({
      ...session,
      current: originJti === current,
      createdAt: createdAt.toISOString(),
      lastUsedAt: lastUsedAt.toISOString(),
    }));
  }

  /** @throws AppError `request.not_found`, also for a session of somebody else */
  async endOne({ sub }: Principal, id: string): Promise<void> {
    const session = uuid.test(id) ? await this.sessions.find(id) : undefined;
    if (session === undefined || session.sub !== sub || session.ended)
      throw new AppError('request.not_found');
    await this.endings.endQuietly(session, 'ended by its owner');
  }
}
