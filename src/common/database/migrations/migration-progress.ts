import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';
import { buildCountFunction, buildRecountFunction } from '../migration-counts.sql.js';
import { buildIndex, findUsersTableName, requireUsersTable, unconditionalCounts } from './schema-helpers.js';

/**
 * Migration status in the row itself, so that one statement changes both. Stores only what other columns do not tell;
 * `migration-counts.sql.ts` derives the rest.
 *
 * Triggers keep the counts (docs/adr/0009-counts-kept-by-triggers.md). `usher.migration_counts` only grows by differences, so that
 * transactions do not wait for each other; a job compacts it.
 */
export class MigrationLedger1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE users
        ADD COLUMN cognito_user_pool_id text,
        ADD COLUMN usher_migration_state text,
        ADD COLUMN usher_migration_reason text,
        ADD COLUMN usher_migration_at timestamptz;
      CREATE TABLE usher.migration_counts (
        state text NOT NULL, reason text, format text, month date, never_signed_in boolean, day date, people bigint NOT NULL
      );
    `);
    for (const statement of [buildCountFunction(await unconditionalCounts(runner)), ...countTriggers])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER usher_migration_inserted ON users;
      DROP TRIGGER usher_migration_updated ON users;
      DROP TRIGGER usher_migration_deleted ON users;
      DROP TRIGGER usher_migration_truncated ON users;
      DROP FUNCTION usher.count_migration;
      DROP TABLE usher.migration_counts;
      ALTER TABLE users DROP COLUMN cognito_user_pool_id, DROP COLUMN usher_migration_state,
        DROP COLUMN usher_migration_reason, DROP COLUMN usher_migration_at;
    `);
  }
}

const countChange = 'FOR EACH STATEMENT EXECUTE FUNCTION usher.count_migration()';

const countTriggers = [
  `CREATE TRIGGER usher_migration_inserted AFTER INSERT ON users REFERENCING NEW TABLE AS come ${countChange}`,
  `CREATE TRIGGER usher_migration_updated AFTER UPDATE ON users REFERENCING OLD TABLE AS gone NEW TABLE AS come ${countChange}`,
  `CREATE TRIGGER usher_migration_deleted AFTER DELETE ON users REFERENCING OLD TABLE AS gone ${countChange}`,
  `CREATE TRIGGER usher_migration_truncated AFTER TRUNCATE ON users ${countChange}`,
];

/**
 * Counts all rows once. The triggers of the previous migration exist already, in an earlier transaction, and count all later
 * changes, so this needs no lock on `users`.
 */
export class MigrationCounts1764000000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const name = await findUsersTableName(runner);
    await runner.query(buildRecountFunction(name, await unconditionalCounts(runner)));
    await runner.query('SELECT usher.recount_migration()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION usher.recount_migration');
    await runner.query('DELETE FROM usher.migration_counts');
  }
}

/**
 * Pool users that a run of `usher migration reconcile` has read; deleted at its end. Unlogged, because they can be read again.
 */
export class PoolListings1764000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE usher.pool_listings (
        run uuid NOT NULL,
        sub text NOT NULL,
        username text NOT NULL,
        email text,
        email_verified boolean NOT NULL,
        status text NOT NULL,
        enabled boolean NOT NULL,
        listed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (run, sub)
      );
      CREATE INDEX pool_listings_by_email ON usher.pool_listings (run, (${emailExpression('email')}));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.pool_listings');
  }
}

/** Finds rows that were approved with an address that they no longer have. */
export class AgreementIndex1764000000021 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY cannot run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const definition = '(usher_agreed_email) WHERE usher_agreed_email IS NOT NULL';
    await buildIndex(runner, 'index_users_on_usher_agreed_email', definition);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_agreed_email');
  }
}

/** Legacy users whom `usher migration invite` has mailed. No foreign key: it would prevent the legacy application from deleting users. */
export class Invitations1764000000052 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(
      `CREATE TABLE usher.invitations (user_id ${idType} PRIMARY KEY, invited_at timestamptz NOT NULL DEFAULT now())`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.invitations');
  }
}
