/** What the routes under `/admin` ask for. */
export type Permission =
  | 'users.read'
  | 'users.disable'
  | 'users.erase'
  | 'users.roles'
  | 'sessions.end'
  | 'audit.read'
  | 'migration.read';

/** The role that may give roles. Nobody can take it from themselves, so that there is always somebody who has it. */
export const adminRole = 'admin';

/** Roles that mean something to Usher. Any other name is the application's own, and allows nothing here. */
const permissionsOfRoles: Record<string, readonly Permission[]> = {
  [adminRole]: [
    'users.read',
    'users.disable',
    'users.erase',
    'users.roles',
    'sessions.end',
    'audit.read',
    'migration.read',
  ],
  support: ['users.read', 'users.disable', 'sessions.end'],
  auditor: ['users.read', 'audit.read', 'migration.read'],
};

/** What somebody with these roles may do, each once. */
export function permissionsOf(roles: readonly string[]): Permission[] {
  const known = roles.filter((role) => Object.hasOwn(permissionsOfRoles, role));
  return [...new Set(known.flatMap((role) => permissionsOfRoles[role] ?? []))];
}
