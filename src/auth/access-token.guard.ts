import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../platform/errors/app-error.js';
import { allowEnded } from '../platform/http/allow-ended.decorator.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { publicRoute } from '../platform/http/public.decorator.js';
import { EndedSessions } from '../sessions/ended-sessions.js';
import { SessionUse } from '../sessions/session-use.js';
import { accessToken } from './access-token.strategy.js';

/** The global guard: every route is closed unless it is marked `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard(accessToken) {
  constructor(
    private readonly reflector: Reflector,
    private readonly ended: EndedSessions,
    private readonly use: SessionUse,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.isMarked(publicRoute, context) || this.isSignedIn(context);
  }

  private async isSignedIn(context: ExecutionContext): Promise<true> {
    await super.canActivate(context);
    const { user, ip } = context.switchToHttp().getRequest<{ user: Principal; ip: string }>();
    if (await this.ended.has(user)) {
      if (!this.isMarked(allowEnded, context)) throw new AppError('auth.token_invalid');
    } else this.use.touch(user.originJti, ip);
    return true;
  }

  private isMarked(mark: string, context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean>(mark, [context.getHandler(), context.getClass()]);
  }
}
