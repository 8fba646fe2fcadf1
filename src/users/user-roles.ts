import { normaliseEmail } from '#contracts';
import type { Database } from '../platform/database/database.js';
import { AuditTrail } from './audit-trail.js';
import { AuditRepository } from './persistence/audit.repository.js';
import { UserRecordsRepository } from './persistence/user-records.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import type { User } from './user.js';

/** An operator's work on roles: somebody has to make the first administrator. */
export class UserRoles {
  private readonly users: UsersRepository;
  private readonly records: UserRecordsRepository;
  private readonly audit: AuditTrail;

  constructor(private readonly database: Database) {
    this.users = new UsersRepository(database);
    this.records = new UserRecordsRepository(database);
    this.audit = new AuditTrail(new AuditRepository(database));
  }

  /** The user as they are afterwards; `undefined` when nobody, or nobody who may come in, has the address. */
  change(
    email: string,
    { add, remove }: { add: string[]; remove: string[] },
  ): Promise<Pick<User, 'id' | 'email' | 'roles'> | undefined> {
    return this.database.transaction(async () => {
      const user = await this.users.findByEmail(normaliseEmail(email));
      const record = user && (await this.records.findForChange(user.id));
      if (record === undefined || record.erasure !== null) return undefined;
      const roles = [...new Set([...record.roles, ...add])].filter((role) => !remove.includes(role));
      if (roles.join() !== record.roles.join()) {
        await this.records.setRoles(record.id, roles);
        await this.audit.record('operator', 'set-roles', record, { roles });
      }
      return { id: record.id, email: record.email, roles };
    });
  }
}
