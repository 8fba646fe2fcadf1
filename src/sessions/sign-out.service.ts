import { Injectable } from '@nestjs/common';
import type { SessionResponse } from '#contracts';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { Endings } from './lifecycle/endings.js';
import { SignOutEverywhere } from './lifecycle/sign-out-everywhere.js';
import { SessionsRepository } from './persistence/sessions.repository.js';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What people can see of their sessions, and how they end them. */
@Injectable()
export class SignOutService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly endings: Endings,
    private readonly everywhere: SignOutEverywhere,
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

  /** @throws AppError `cognito.unavailable`, with nothing ended */
  endEverywhere(caller: Principal): Promise<void> {
    return this.everywhere.end(caller);
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
