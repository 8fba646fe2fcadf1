import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { publicRoute } from '../platform/http/public.decorator.js';
import { accessToken } from './access-token.strategy.js';

/** The global guard: every route is closed unless it is marked `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard(accessToken) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const open = this.reflector.getAllAndOverride<boolean>(publicRoute, [
      context.getHandler(),
      context.getClass(),
    ]);
    return open || ((await super.canActivate(context)) as boolean);
  }
}
