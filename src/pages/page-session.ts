import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAppError } from '../common/errors/app-error.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { SessionCookie } from '../sessions/session-cookie.js';
import { SignOutService } from '../sessions/sign-out.service.js';
import { TokenRefreshService } from '../sessions/token-refresh.service.js';
import { CurrentUserService } from '../users/current-user.service.js';

/** The session of the browser, on pages that do not need one. */
@Injectable()
export class PageSession {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly sessions: TokenRefreshService,
    private readonly revocations: RevocationList,
    private readonly currentUser: CurrentUserService,
    private readonly signOuts: SignOutService,
  ) {}

  /** Whether the pages that need a session would accept this one; false while that is not known. */
  async isSignedIn(request: FastifyRequest): Promise<boolean> {
    const secret = this.cookie.read(request);
    if (secret === undefined) return false;
    try {
      const caller = await this.sessions.callerOf(secret);
      if (await this.revocations.has(caller)) return false;
      await this.currentUser.resolve(caller);
      return true;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  }

  /** Succeeds without a session too. */
  async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const secret = this.cookie.read(request);
    if (secret === undefined) return;
    await this.signOuts.signOutByCookie(secret);
    this.cookie.clear(reply);
  }
}
