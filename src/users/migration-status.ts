import { emailSpellings, type UserId } from '#contracts';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { FireAndForget } from '../jobs/fire-and-forget.js';
import { Database, type Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { Log } from '../common/logging/log.js';

/** Only unlinked, enabled, confirmed legacy users may change state here. */
const waits = `cognito_sub IS NULL AND usher_erased_at IS NULL AND usher_disabled_at IS NULL AND {confirmed_at} IS NOT NULL
  AND NOT usher.is_blocked(users.*)
  AND usher_migration_reason IS DISTINCT FROM 'signed_up'`;

/** The pool has the user without a password; a reset or a sign-in follows. */
const waitsForReset = `usher_migration_state IS NOT DISTINCT FROM 'reset_sent'`;

/** Skips rows that another transaction has locked, because a sign-in must not wait; the next one records the same. */
const unlessBusy = (condition: string) =>
  `id IN (SELECT id FROM users WHERE ${condition} AND ${waits} FOR UPDATE SKIP LOCKED)`;

/** Skips locked rows. */
const recordReset: Statement = {
  name: 'migration-ledger-record-reset',
  text: `
    UPDATE users SET usher_migration_state = 'reset_sent', usher_migration_reason = NULL, usher_migration_at = now()
    WHERE ${unlessBusy(`id = $1 AND NOT (${waitsForReset})`)}`,
};

const fail = (reason: string, condition: string) => `
  UPDATE users SET usher_migration_state = 'failed', usher_migration_reason = ${reason}, usher_migration_at = now()
  WHERE ${unlessBusy(`${condition} AND NOT (${waitsForReset})`)}`;

/** Skips locked rows. */
const recordFailure: Statement = {
  name: 'migration-ledger-record-failure',
  text: fail(
    '$2',
    `id = $1 AND (usher_migration_state, usher_migration_reason) IS DISTINCT FROM ('failed', $2::text)`,
  ),
};

/** Waits for locked rows: a command records it once. */
const recordFailures: Statement = {
  name: 'migration-ledger-record-failures',
  patienceMs: 600_000,
  text: `
    UPDATE users SET usher_migration_state = 'failed', usher_migration_reason = $2, usher_migration_at = now()
    WHERE id = ANY ($1::{id_type}[]) AND ${waits} AND NOT (${waitsForReset})`,
};

/** Cognito calls the Lambda three times within 15 seconds. */
const recordFailedMigration: Statement = {
  name: 'migration-ledger-record-broken-move',
  text: fail(
    '$2',
    `${isSpelling('email', '$1')}
      AND usher_agreed_at > now() - interval '20 seconds'
      AND usher_agreed_at > coalesce(usher_migration_at, '-infinity')`,
  ),
};

/** Keeps `updated_at`: the row has not changed for the old application. */
const recordReconciliation: Statement = {
  name: 'migration-ledger-record-reconciliation',
  text: `UPDATE users SET usher_migration_reason = 'reconciled' WHERE id = $1 AND usher_migration_state = 'imported'`,
};

@Injectable()
export class MigrationStatusRepository {
  constructor(private readonly database: Database) {}

  async recordReset(id: UserId): Promise<void> {
    await this.database.query(recordReset, [id]);
  }

  async recordFailure(id: UserId, reason: string): Promise<void> {
    await this.database.query(recordFailure, [id, reason]);
  }

  async recordFailures(ids: UserId[], reason: string): Promise<void> {
    if (ids.length > 0) await this.database.query(recordFailures, [ids, reason]);
  }

  async recordFailedMigration(email: string, reason: string): Promise<void> {
    await this.database.query(recordFailedMigration, [emailSpellings(email), reason]);
  }

  /** After an operator has linked the row to a pool user that existed already. */
  async recordReconciliation(id: UserId): Promise<void> {
    await this.database.query(recordReconciliation, [id]);
  }
}

/**
 * Records the migration status of legacy users in the background; docs/migration.md has the states. `migrated` and `imported` are
 * written by the statement that links the row. Errors are logged and fail no sign-in.
 */
@Injectable()
export class MigrationStatus implements OnApplicationShutdown {
  private readonly writes = new FireAndForget();

  constructor(
    private readonly repository: MigrationStatusRepository,
    private readonly log: Log,
  ) {}

  /** Cognito creates the pool user without a password and mails a code. */
  recordReset(id: UserId): void {
    this.write(() => this.repository.recordReset(id));
  }

  /** The stored hash has an unknown scheme. */
  recordUnknownHash(id: UserId): void {
    this.write(() => this.repository.recordFailure(id, 'unknown_hash'));
  }

  /**
   * To be called when a sign-in fails. Has an effect only if `/aws/auth` has just approved a row of this address: `not_created` when
   * Cognito refused the Lambda's response, `answer_lost` when Cognito got no usable response.
   */
  recordFailedMigration(email: string, reason: 'not_created' | 'answer_lost'): void {
    this.write(() => this.repository.recordFailedMigration(email, reason));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writes.settled();
  }

  private write(work: () => Promise<void>): void {
    this.writes.begin(work, (error) => this.log.warn('failed to record the migration status', { error }));
  }
}
