import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../common/errors/app-error.js';
import { allowRevokedSession, publicRoute } from '../common/http/access.decorators.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { LastUsedTracker } from '../sessions/last-used.tracker.js';
import { accessToken } from './access-token.strategy.js';

/** The second global guard, after the rate limits: requires a valid access token or session cookie, except on routes marked `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard(accessToken) {
  constructor(
    private readonly reflector: Reflector,
    private readonly revocations: RevocationList,
    private readonly lastUsed: LastUsedTracker,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.isMarked(publicRoute, context) || this.isSignedIn(context);
  }

  private async isSignedIn(context: ExecutionContext): Promise<true> {
    await super.canActivate(context);
    const { user, ip } = context.switchToHttp().getRequest<{ user: Principal; ip: string }>();
    if (await this.revocations.has(user)) {
      if (!this.isMarked(allowRevokedSession, context)) throw new AppError('auth.token_invalid');
    } else this.lastUsed.touch(user.originJti, ip);
    return true;
  }

  private isMarked(mark: string, context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean>(mark, [context.getHandler(), context.getClass()]);
  }
}
