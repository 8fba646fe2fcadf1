import { Injectable } from '@nestjs/common';
import type { Tokens } from '../../cognito/identity-provider.js';
import { LiveSessions } from './live-sessions.js';
import { Renewals } from './renewals.js';
import { SessionsFromElsewhere } from './sessions-from-elsewhere.js';

/** Sessions whose tokens the caller keeps. */
@Injectable()
export class TokenSessions {
  constructor(
    private readonly live: LiveSessions,
    private readonly renewals: Renewals,
    private readonly elsewhere: SessionsFromElsewhere,
  ) {}

  async refresh(refreshToken: string): Promise<Tokens> {
    const session = await this.live.ofRefreshToken(refreshToken);
    if (session === undefined) return this.elsewhere.refresh(refreshToken);
    // A parallel or repeated refresh: the answer to the first one may never have arrived.
    if (session.replaced) return this.renewals.stored(session);
    return this.renewals.renew(session, refreshToken);
  }
}
