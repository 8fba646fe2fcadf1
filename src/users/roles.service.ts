import { Injectable } from '@nestjs/common';
import { Database } from '../common/database/database.js';
import { type Actor, AuditLog } from './audit-log.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { adminRole, isLastAdministrator } from './roles.js';
import type { LocalUser } from './user.js';

export interface ChangedRoles extends Pick<LocalUser, 'id' | 'email' | 'roles'> {
  /** The change removed the role of the last enabled administrator. */
  lastAdministrator?: true;
}

@Injectable()
export class RolesService {
  constructor(
    private readonly database: Database,
    private readonly lookups: UsersService,
    private readonly users: UsersRepository,
    private readonly audit: AuditLog,
  ) {}

  /** Replaces all roles of a locked row, with an audit entry, in the current transaction. */
  async set(actor: Actor, user: Pick<LocalUser, 'id'>, roles: string[]): Promise<void> {
    await this.users.setRoles(user.id, roles);
    await this.audit.record(actor, 'set-roles', user, { roles });
  }

  /**
   * For an operator, also for the first administrator.
   * @returns the changed user; `undefined` when no user who was not deleted has the address
   */
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
      if (roles.join() !== record.roles.join()) await this.set('operator', record, roles);
      const isLast = remove.includes(adminRole) && isLastAdministrator(record, records);
      const { id } = record;
      return { id, email: record.email, roles, ...(isLast && { lastAdministrator: true }) };
    });
  }
}
