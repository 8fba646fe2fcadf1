import { SetMetadata } from '@nestjs/common';

type Access = MethodDecorator & ClassDecorator;

export const requiredRoles = 'usher:roles';
export const requiredPermissions = 'usher:permissions';
export const requiredGroups = 'usher:groups';
export const requiredScopes = 'usher:scopes';

/** Lets in whoever has at least one of these roles in our own users table. On a method it replaces the class's. */
export const Roles = (...roles: string[]): Access => SetMetadata(requiredRoles, roles);

/**
 * Lets in whoever has a role that allows all of this (`users/roles.ts`). On a method it replaces the class's.
 */
export const Permissions = (...permissions: string[]): Access =>
  SetMetadata(requiredPermissions, permissions);

/** Lets in whoever is in at least one of these Cognito groups. On a method it replaces the class's. */
export const Groups = (...groups: string[]): Access => SetMetadata(requiredGroups, groups);

/** Lets in access tokens that carry all of these OAuth scopes. On a method it replaces the class's. */
export const Scopes = (...scopes: string[]): Access => SetMetadata(requiredScopes, scopes);
