import { Injectable } from '@nestjs/common';
import { TokenVerifier } from '../../cognito/token-verifier.js';
import { isAppError } from '../../platform/errors/app-error.js';
import type { Principal } from '../../platform/http/current-user.decorator.js';
import type { Session } from '../persistence/sessions.repository.js';
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
    try {
      return await this.present(session, accessToken);
    } catch (error) {
      if (!isAppError(error, 'auth.token_invalid')) throw error;
      // The pool has given its key up before the token's time. The refresh token needs no key.
      return this.present(session, (await this.renewals.renew(session)).accessToken);
    }
  }

  async refresh(secret: string): Promise<void> {
    await this.renewals.renew(await this.live.ofCookie(secret));
  }

  private async present({ originJti }: Session, accessToken: string): Promise<Principal> {
    const { expiresAt, ...claims } = await this.verifier.verifyAccessToken(accessToken);
    return { ...claims, originJti, accessToken };
  }
}
