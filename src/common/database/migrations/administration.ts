import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';
import { buildIndex, requireUsersTable } from './schema-helpers.js';

/** Profiles, deleted users and the audit log. The new columns are nullable or have a constant default. */
export class Administration1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE users
        ADD COLUMN usher_profile jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN usher_erased_at timestamptz,
        ADD COLUMN usher_erased_email bytea;
      ALTER TABLE usher.installation ADD COLUMN erasure_key bytea;
      CREATE TABLE usher.erasures (
        user_id ${idType} PRIMARY KEY,
        requested_at timestamptz NOT NULL DEFAULT now(),
        next_try_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0
      );
      CREATE TABLE usher.audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor text NOT NULL CHECK (actor IN ('user', 'operator', 'usher')),
        actor_id ${idType},
        action text NOT NULL,
        user_id ${idType} NOT NULL,
        details jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX audit_by_user ON usher.audit (user_id, id);
    `);
    // Stored and not derived from SESSION_SECRETS: secrets change, but these digests stay.
    await runner.query('UPDATE usher.installation SET erasure_key = $1', [randomBytes(32)]);
    await runner.query('ALTER TABLE usher.installation ALTER COLUMN erasure_key SET NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.audit;
      DROP TABLE usher.erasures;
      ALTER TABLE usher.installation DROP COLUMN erasure_key;
      ALTER TABLE users DROP COLUMN usher_profile, DROP COLUMN usher_erased_at, DROP COLUMN usher_erased_email;
    `);
  }
}

/** Indexes for deleted addresses and for paging by address. The C collation makes prefixes a range. */
export class AdministrationIndexes1764000000011 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY cannot run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const erased = '(usher_erased_email) WHERE usher_erased_email IS NOT NULL';
    await buildIndex(runner, 'index_users_on_usher_erased_email', erased);
    const pages = `((${emailExpression('email')} COLLATE "C"), id)`;
    await buildIndex(runner, 'index_users_on_usher_email_pages', pages);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_email_pages');
    await runner.query('DROP INDEX index_users_on_usher_erased_email');
  }
}

/** Adds request id and caller's address to audit entries, and an index of administrators for locking them. */
export class AuditRequests1764000000024 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY cannot run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // The statements of one query are one transaction. An interrupted migration runs again from the start.
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE usher.audit ADD COLUMN IF NOT EXISTS request_id text, ADD COLUMN IF NOT EXISTS address inet;
    `);
    await buildIndex(runner, 'audit_by_actor', '(actor_id) WHERE address IS NOT NULL', {
      table: 'usher.audit',
    });
    const administrators = `(id) WHERE usher_roles @> '{admin}'`;
    await buildIndex(runner, 'index_users_on_usher_administrators', administrators);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_administrators');
    await runner.query(`
      DROP INDEX usher.audit_by_actor;
      ALTER TABLE usher.audit DROP COLUMN request_id, DROP COLUMN address;
    `);
  }
}

/** The tables of waiting work, in the order in which transactions of a running API lock them. */
const queues = ['password_changes', 'mfa_changes', 'erasures', 'outbox'] as const;

/** The last error of waiting work, and the lease of an attempt in progress. The earlier release ignores both columns. */
export class JobErrors1764000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '3s'`);
    for (const table of queues)
      await runner.query(
        `ALTER TABLE usher.${table} ADD COLUMN leased_until timestamptz${table === 'outbox' ? '' : ', ADD COLUMN last_error text'}`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of queues)
      await runner.query(
        `ALTER TABLE usher.${table} DROP COLUMN leased_until${table === 'outbox' ? '' : ', DROP COLUMN last_error'}`,
      );
  }
}
