import { normaliseEmail } from '#contracts';
import type { Database } from '../platform/database/database.js';
import { AuditTrail } from './audit-trail.js';
import { AuditRepository } from './persistence/audit.repository.js';
import { EmailChangesRepository } from './persistence/email-changes.repository.js';
import { MigrationLedgerRepository } from './persistence/migration-ledger.repository.js';
import { type UserRecord, UserRecordsRepository } from './persistence/user-records.repository.js';
import { UsersRepository } from './persistence/users.repository.js';
import { revokeConfirmations, revokeEmailChanges } from './revoke-confirmations.js';

export interface PoolLink {
  sub: string;
  userPoolId: string;
}

/** A row as it is now, for whoever decides what is to be done. */
export type RowState = Pick<UserRecord, 'id' | 'email' | 'sub' | 'confirmed' | 'disabled'>;

/**
 * Makes a row agree with the pool, for an operator. Each says whether it was done: not where somebody changed the row meanwhile.
 * All of it is in the audit trail.
 */
export class RowMending {
  private readonly users: UsersRepository;
  private readonly records: UserRecordsRepository;
  private readonly ledger: MigrationLedgerRepository;
  private readonly emailChanges: EmailChangesRepository;
  private readonly audit: AuditTrail;

  constructor(private readonly database: Database) {
    this.users = new UsersRepository(database);
    this.records = new UserRecordsRepository(database);
    this.ledger = new MigrationLedgerRepository(database);
    this.emailChanges = new EmailChangesRepository(database);
    this.audit = new AuditTrail(new AuditRepository(database));
  }

  /** Nobody who was erased. */
  async find(id: number): Promise<RowState | undefined> {
    const record = await this.records.find(id);
    return record?.erasure === null ? record : undefined;
  }

  /** What was done to the person on the other side. */
  async recordInPool(id: number, change: string): Promise<void> {
    await this.audit.record('operator', 'reconcile', { id }, { change });
  }

  /** The old hash stays until the person signs in. */
  link(id: number, { sub, userPoolId }: PoolLink): Promise<boolean> {
    return this.write('link', id, async ({ email }) => {
      // Another row may have got the address since.
      if ((await this.users.findToLink(email))?.id !== id) return false;
      const linked = await this.users.link(id, { sub, userPoolId, legacyHash: 'keep' });
      if (linked) await this.ledger.recordReconciliation(id);
      return linked !== undefined;
    });
  }

  async insert(email: string, { sub, userPoolId }: PoolLink): Promise<boolean> {
    return this.database.transaction(async () => {
      const user = await this.users.insert(normaliseEmail(email), sub, userPoolId);
      if (user) await this.audit.record('operator', 'reconcile', user, { change: 'insert' });
      return user !== undefined;
    });
  }

  /** The person can move again, where the old hash is still there. */
  unlink(id: number, sub: string): Promise<boolean> {
    return this.write('unlink', id, async (record) => {
      if (record.sub !== sub) return false;
      await this.users.relink(id, null);
      await revokeEmailChanges(this.database, { id });
      return true;
    });
  }

  recordReset(id: number): Promise<boolean> {
    return this.write('record-reset', id, async () => {
      await this.ledger.recordReset(id);
      return true;
    });
  }

  /** Not to the address of a revoked change: the pool is about to get the row's address again. */
  changeEmail(id: number, email: string): Promise<boolean> {
    const normalised = normaliseEmail(email);
    return this.write('change-email', id, async () => {
      if (await this.emailChanges.isBeingRolledBack(id, normalised)) return false;
      return this.users.changeEmail(id, normalised);
    });
  }

  disable(id: number, endSessions: () => Promise<void>): Promise<boolean> {
    return this.write('disable', id, async () => {
      await this.records.disable(id);
      await revokeConfirmations(this.database, { id });
      await endSessions();
      return true;
    });
  }

  private write(
    change: string,
    id: number,
    work: (record: UserRecord) => Promise<boolean>,
  ): Promise<boolean> {
    return this.database.transaction(async () => {
      const record = await this.records.findForChange(id);
      if (!record || record.erasure !== null || !(await work(record))) return false;
      await this.audit.record('operator', 'reconcile', record, { change });
      return true;
    });
  }
}
