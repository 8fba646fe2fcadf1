import { Injectable } from '@nestjs/common';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import type { Principal } from '../../platform/http/current-user.decorator.js';
import { LiveSessions } from './live-sessions.js';
import { Renewals } from './renewals.js';

/** Sessions whose tokens never leave the server. */
@Injectable()
export class CookieSessions {
  constructor(
    private readonly live: LiveSessions,
    private readonly renewals: Renewals,
    private readonly verifier: TokenVerifier,
  ) {}

  async callerOf(secret: string): Promise<Principal> {
    const session = await this.live.ofCookie(secret);
    const { accessToken } = await this.renewals.current(session);
    const { sub, username, clientId, groups, scopes } = await this.verifier.verifyAccessToken(accessToken);
    return { sub, username, clientId, groups, scopes, originJti: session.originJti, accessToken };
  }

  async refresh(secret: string): Promise<void> {
    await this.renewals.renew(await this.live.ofCookie(secret));
  }
}
