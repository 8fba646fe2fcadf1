import { emailSpellings } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';
import { isSpelling } from '../../platform/database/email-expression.js';

/**
 * Nobody who is in the pool already, may not come there or never came from the old application changes state by what is asked about
 * them.
 */
const waits = `cognito_sub IS NULL AND usher_erased_at IS NULL AND usher_disabled_at IS NULL AND confirmed_at IS NOT NULL
  AND NOT usher.is_blocked(users.*)
  AND usher_migration_reason IS DISTINCT FROM 'signed_up'`;

/** Cognito has them already, without a password: what comes is a reset or a sign-in. */
const waitsForReset = `usher_migration_state IS NOT DISTINCT FROM 'reset_sent'`;

/** Whoever else is just writing the row is not waited for: a sign-in is, and the next one tells the same. */
const unlessBusy = (condition: string) =>
  `id IN (SELECT id FROM users WHERE ${condition} AND ${waits} FOR UPDATE SKIP LOCKED)`;

const recordReset: Statement = {
  name: 'migration-ledger-record-reset',
  text: `
    UPDATE users SET usher_migration_state = 'reset_sent', usher_migration_reason = NULL, usher_migration_at = now()
    WHERE ${unlessBusy(`id = $1 AND NOT (${waitsForReset})`)}`,
};

const fail = (reason: string, condition: string) => `
  UPDATE users SET usher_migration_state = 'failed', usher_migration_reason = ${reason}, usher_migration_at = now()
  WHERE ${unlessBusy(`${condition} AND NOT (${waitsForReset})`)}`;

const recordFailure: Statement = {
  name: 'migration-ledger-record-failure',
  text: fail(
    '$2',
    `id = $1 AND (usher_migration_state, usher_migration_reason) IS DISTINCT FROM ('failed', $2::text)`,
  ),
};

/** Cognito asks three times within fifteen seconds before it gives up. */
const recordBrokenMove: Statement = {
  name: 'migration-ledger-record-broken-move',
  text: fail(
    '$2',
    `${isSpelling('email', '$1')}
      AND usher_agreed_at > now() - interval '20 seconds'
      AND usher_agreed_at > coalesce(usher_migration_at, '-infinity')`,
  ),
};

const recordReconciliation: Statement = {
  name: 'migration-ledger-record-reconciliation',
  text: `UPDATE users SET usher_migration_reason = 'reconciled' WHERE id = $1 AND usher_migration_state = 'imported'`,
};

/** What the ledger keeps beside a person's link, in the person's row. */
@Injectable()
export class MigrationLedgerRepository {
  constructor(private readonly database: Database) {}

  async recordReset(id: number): Promise<void> {
    await this.database.query(recordReset, [id]);
  }

  async recordFailure(id: number, reason: string): Promise<void> {
    await this.database.query(recordFailure, [id, reason]);
  }

  async recordBrokenMove(email: string, reason: string): Promise<void> {
    await this.database.query(recordBrokenMove, [emailSpellings(email), reason]);
  }

  /** An operator linked a row to somebody who was in the pool already. */
  async recordReconciliation(id: number): Promise<void> {
    await this.database.query(recordReconciliation, [id]);
  }
}
