import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiCookieAuth } from '@nestjs/swagger';
import type { ErrorCode } from '#contracts';

type Access = MethodDecorator & ClassDecorator;

export const publicRoute = 'usher:public';
export const allowRevokedSession = 'usher:allow-ended';
export const requiredRoles = 'usher:roles';
export const requiredPermissions = 'usher:permissions';
export const requiredGroups = 'usher:groups';
export const requiredScopes = 'usher:scopes';
export const requiredProof = 'usher:recent-proof';

/** Allows requests without an access token. All other routes need one. */
export const Public = (): Access => SetMetadata(publicRoute, true);

/** Documents that the route needs an access token or the session cookie. */
export const ApiSession = (): Access => applyDecorators(ApiBearerAuth(), ApiCookieAuth());

/** Allows a valid access token whose session is revoked. */
export const AllowRevokedSession = (): Access => SetMetadata(allowRevokedSession, true);

/** Requires one of these roles in our users table. On a method it replaces the class's. */
export const Roles = (...roles: string[]): Access => SetMetadata(requiredRoles, roles);

/** Requires a role with all of these permissions (`users/roles.ts`). On a method it replaces the class's. */
export const Permissions = (...permissions: string[]): Access =>
  SetMetadata(requiredPermissions, permissions);

/** Requires one of these Cognito groups. On a method it replaces the class's. */
export const Groups = (...groups: string[]): Access => SetMetadata(requiredGroups, groups);

/** Requires all of these OAuth scopes in the access token. On a method it replaces the class's. */
export const Scopes = (...scopes: string[]): Access => SetMetadata(requiredScopes, scopes);

export interface ProofRoute {
  /** The contract class of the route's body, which may hold `password` and `code`. */
  body: Type<object>;
  /** An enrolment of the caller's session in the last 15 minutes is enough. */
  orEnrolment: boolean;
}

/** Errors of a route that needs a recent proof, for `@ApiErrors`. */
export const recentProofErrors: ErrorCode[] = [
  'auth.reauthentication_required',
  'auth.invalid_credentials',
  'too_many_requests',
];

/**
 * Requires a sign-in in the last 10 minutes, or `password` and `code` in the body. The body is optional unless its class
 * requires a field. Checked after roles and permissions.
 */
export function RecentProof(body: Type<object>, { orEnrolment = false } = {}): MethodDecorator {
  const route: ProofRoute = { body, orEnrolment };
  return applyDecorators(SetMetadata(requiredProof, route), ApiBody({ type: body, required: orEnrolment }));
}
