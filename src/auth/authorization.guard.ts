import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../common/errors/app-error.js';
import {
  requiredGroups,
  requiredPermissions,
  requiredRoles,
  requiredScopes,
} from '../common/http/access.decorators.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { permissionsOf } from '../users/roles.js';

/**
 * The third global guard: checks the roles, permissions, groups and scopes that a route requires, all of them. A route without
 * requirements is open to every signed-in user.
 */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly currentUser: CurrentUserService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const roles = this.required(requiredRoles, context);
    const permissions = this.required(requiredPermissions, context);
    const groups = this.required(requiredGroups, context);
    const scopes = this.required(requiredScopes, context);
    if (!roles && !permissions && !groups && !scopes) return true;
    const { user: caller } = context.switchToHttp().getRequest<{ user?: Principal }>();
    // A public route with requirements has no caller.
    if (caller === undefined) throw new AppError('auth.token_invalid');
    const allowed =
      (!scopes || scopes.every((scope) => caller.scopes.includes(scope))) &&
      (!groups || groups.some((group) => caller.groups.includes(group))) &&
      ((!roles && !permissions) || (await this.hasRights(caller, roles, permissions)));
    if (!allowed) throw new AppError('auth.forbidden');
    return true;
  }

  private required(what: string, context: ExecutionContext): string[] | undefined {
    return this.reflector.getAllAndOverride<string[] | undefined>(what, [
      context.getHandler(),
      context.getClass(),
    ]);
  }

  private async hasRights(caller: Principal, roles?: string[], permissions: string[] = []): Promise<boolean> {
    const user = await this.currentUser.resolve(caller);
    const allowed: string[] = permissionsOf(user.roles);
    return (
      (!roles || roles.some((role) => user.roles.includes(role))) &&
      permissions.every((permission) => allowed.includes(permission))
    );
  }
}
