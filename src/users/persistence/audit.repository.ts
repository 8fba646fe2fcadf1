import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';

const insert: Statement = {
  name: 'audit-insert',
  text: `INSERT INTO usher.audit (actor, actor_id, action, user_id, details) VALUES ($1, $2, $3, $4, $5)`,
};

const columns = `id, at, actor, actor_id AS "actorId", action, user_id AS "userId", details`;

// Two statements: with one the planner could walk through everybody's entries to find one person's.
const findAll: Statement = {
  name: 'audit-find-all',
  text: `SELECT ${columns} FROM usher.audit WHERE id < $1 ORDER BY id DESC LIMIT $2`,
};

const findOfUser: Statement = {
  name: 'audit-find-of-user',
  text: `SELECT ${columns} FROM usher.audit WHERE id < $1 AND user_id = $3 ORDER BY id DESC LIMIT $2`,
};

export interface AuditEntry {
  id: number;
  at: Date;
  actor: 'user' | 'operator' | 'usher';
  actorId: number | null;
  action: string;
  userId: number;
  details: Record<string, unknown>;
}

/** The audit trail. Entries are only ever added. */
@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert({ actor, actorId, action, userId, details }: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
    await this.database.query(insert, [actor, actorId, action, userId, details]);
  }

  /** Newest first. @param before an entry's `id` */
  find(before: number, count: number, userId: number | undefined): Promise<AuditEntry[]> {
    const page = [before, count];
    return userId === undefined
      ? this.database.query(findAll, page)
      : this.database.query(findOfUser, [...page, userId]);
  }
}
