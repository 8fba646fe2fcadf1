import type { UserId } from '#contracts';

/** Permissions that routes require. */
export type Permission =
  | 'users.read'
  | 'users.disable'
  | 'users.erase'
  | 'users.roles'
  | 'users.mfa'
  | 'sessions.end'
  | 'audit.read'
  | 'migration.read';

/**
 * Only users with this role may change, disable or delete a user with this role, and not themselves: an enabled administrator
 * always remains. The last one cannot delete their own account.
 */
export const adminRole = 'admin';

/** Other role names belong to the application and give no permission here. */
const permissionsOfRoles: Record<string, readonly Permission[]> = {
  [adminRole]: [
    'users.read',
    'users.disable',
    'users.erase',
    'users.roles',
    'users.mfa',
    'sessions.end',
    'audit.read',
    'migration.read',
  ],
  support: ['users.read', 'users.disable', 'users.mfa', 'sessions.end'],
  auditor: ['users.read', 'audit.read', 'migration.read'],
};

interface Holder {
  id: UserId;
  roles: readonly string[];
  disabled: boolean;
}

const isAdministrator = ({ roles, disabled }: Holder): boolean => roles.includes(adminRole) && !disabled;

/** @param administrators all of them, locked @returns whether no enabled administrator remains without this one */
export const isLastAdministrator = (user: Holder, administrators: readonly Holder[]): boolean =>
  isAdministrator(user) && !administrators.some((other) => other.id !== user.id && isAdministrator(other));

/** @returns the permissions of all these roles, without duplicates */
export function permissionsOf(roles: readonly string[]): Permission[] {
  const known = roles.filter((role) => Object.hasOwn(permissionsOfRoles, role));
  return [...new Set(known.flatMap((role) => permissionsOfRoles[role] ?? []))];
}

export const mayDo = (
  { disabled, roles }: { disabled: boolean; roles: readonly string[] },
  permission: Permission,
): boolean => !disabled && permissionsOf(roles).includes(permission);
