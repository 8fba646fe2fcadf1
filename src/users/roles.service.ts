import type { Database } from '../common/database/database.js';
import { AuditLog } from './audit-log.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { adminRole } from './roles.js';
import type { LocalUser } from './user.js';

export interface ChangedRoles extends Pick<LocalUser, 'id' | 'email' | 'roles'> {
  /** The change removed the role of the last enabled administrator. */
  lastAdministrator?: true;
}

const isAdministrator = ({ roles, disabled }: LocalUser): boolean => roles.includes(adminRole) && !disabled;

/** Operator command for roles, also for the first administrator. */
export class RolesService {
  private readonly lookups: UsersService;
  private readonly users: UsersRepository;
  private readonly audit: AuditLog;

  constructor(private readonly database: Database) {
    this.audit = new AuditLog(database);
    this.lookups = new UsersService(database, { unlockInSeconds: undefined });
    this.users = new UsersRepository(database, this.audit);
  }

  /** @returns the changed user; `undefined` when no user who was not deleted has the address */
  change(
    email: string,
    { add, remove }: { add: string[]; remove: string[] },
  ): Promise<ChangedRoles | undefined> {
    return this.database.transaction(async () => {
      const user = await this.lookups.findByEmail(email);
      if (user === undefined) return undefined;
      // Locks all administrators, so that the check for the last one is reliable.
      const records = remove.includes(adminRole)
        ? await this.users.lockWithAdministrators(user.id)
        : await this.users.lockAll([user.id]);
      const record = records.find(({ id }) => id === user.id);
      if (record === undefined || record.erasure !== null) return undefined;
      const roles = [...new Set([...record.roles, ...add])].filter((role) => !remove.includes(role));
      if (roles.join() !== record.roles.join()) {
        await this.users.setRoles(record.id, roles);
        await this.audit.record('operator', 'set-roles', record, { roles });
      }
      const { id } = record;
      const isLast =
        remove.includes(adminRole) &&
        isAdministrator(record) &&
        !records.some((other) => other.id !== id && isAdministrator(other));
      return { id, email: record.email, roles, ...(isLast && { lastAdministrator: true }) };
    });
  }
}
