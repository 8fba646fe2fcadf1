import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIsBlocked } from '../blocked-condition.js';
import { emailExpression } from '../email-expression.js';
import { buildIndex } from './schema-helpers.js';

/** Devise's columns and three columns of the legacy application, with the types of Rails. */
export const createUsers = (schema: string) => `
  CREATE TABLE ${schema}.users (
    id bigserial PRIMARY KEY,
    email character varying DEFAULT '' NOT NULL,
    encrypted_password character varying DEFAULT '' NOT NULL,
    reset_password_token character varying,
    reset_password_sent_at timestamp without time zone,
    remember_created_at timestamp without time zone,
    sign_in_count integer DEFAULT 0 NOT NULL,
    current_sign_in_at timestamp without time zone,
    last_sign_in_at timestamp without time zone,
    current_sign_in_ip inet,
    last_sign_in_ip inet,
    confirmation_token character varying,
    confirmed_at timestamp without time zone,
    confirmation_sent_at timestamp without time zone,
    unconfirmed_email character varying,
    failed_attempts integer DEFAULT 0 NOT NULL,
    unlock_token character varying,
    locked_at timestamp without time zone,
    first_name character varying,
    last_name character varying,
    authentication_hash character varying,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
  );
  CREATE UNIQUE INDEX index_users_on_email ON ${schema}.users (email);
  CREATE UNIQUE INDEX index_users_on_confirmation_token ON ${schema}.users (confirmation_token);
  CREATE UNIQUE INDEX index_users_on_reset_password_token ON ${schema}.users (reset_password_token);
  CREATE UNIQUE INDEX index_users_on_unlock_token ON ${schema}.users (unlock_token);
`;

/**
 * Adopts the existing `users` table (`requireAdoptable`), or creates one with Devise's columns. Added columns start with `cognito_` or `usher_` and
 * are nullable or have a constant default, so PostgreSQL rewrites no row and Rails inserts without them.
 */
export class UsersTable1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '3s'`);
    await requireIcu(runner);
    const schema = await schemaOfUsers(runner);
    // `migrate` has created a table of ours beside a foreign one.
    const adopted = schema !== undefined && schema !== 'usher';
    if (schema === undefined) await runner.query(createUsers(await homeOfUsers(runner)));
    await runner.query(`
      CREATE TABLE usher.installation (adopted_users_table boolean NOT NULL, installed_at timestamptz NOT NULL);
      ALTER TABLE users
        ADD COLUMN cognito_sub text,
        ADD COLUMN cognito_linked_at timestamptz,
        ADD COLUMN usher_agreed_at timestamptz,
        ADD COLUMN usher_disabled_at timestamptz,
        ADD COLUMN usher_roles text[] NOT NULL DEFAULT '{}';
    `);
    await runner.query('INSERT INTO usher.installation VALUES ($1, now())', [adopted]);
  }

  /** Keeps the table, because a rollback must not delete users. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.installation;
      ALTER TABLE users
        DROP COLUMN cognito_sub, DROP COLUMN cognito_linked_at, DROP COLUMN usher_agreed_at,
        DROP COLUMN usher_disabled_at, DROP COLUMN usher_roles;
    `);
  }
}

async function schemaOfUsers(runner: QueryRunner): Promise<string | undefined> {
  const [row] = (await runner.query(
    `SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE oid = to_regclass('users')`,
  )) as { schema: string }[];
  return row?.schema;
}

/** The default schema, except `usher`, which is first in the search path of a role with that name. */
async function homeOfUsers(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT quote_ident(coalesce(nullif(current_schema(), 'usher'), 'public')) AS schema`,
  )) as { schema: string }[];
  return row?.schema ?? 'public';
}

async function requireIcu(runner: QueryRunner): Promise<void> {
  const rows = (await runner.query(`SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'`)) as unknown[];
  if (rows.length === 0)
    throw new Error('This PostgreSQL was built without ICU, which comparing addresses needs');
}

/** Built concurrently, so that large adopted tables stay readable and writable. */
export class UsersIndexes1764000000002 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY cannot run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, 'index_users_on_cognito_sub', '(cognito_sub)', { unique: true });
    await buildIndex(runner, 'index_users_on_usher_email', `((${emailExpression('email')}))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_email');
    await runner.query('DROP INDEX index_users_on_cognito_sub');
  }
}

/**
 * Rows of the legacy application that may not sign in. A start whose conditions differ from `blocked_when` replaces
 * `usher.is_blocked`; NULL means that conditions were never applied. Statements that call the function stay the same.
 *
 * `usher_agreed_email` is the digest of the address that a row was approved or linked with, because the legacy application can
 * change the address later. A deleted row leaves its id, that digest and the time: the old password of a deleted account must
 * not open the next account with its address.
 */
export class BlockedRows1764000000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE usher.installation ADD COLUMN blocked_when text[];
      CREATE TABLE usher.deleted_agreements (user_id text NOT NULL, email_digest bytea NOT NULL, agreed_at timestamptz NOT NULL);
      CREATE INDEX deleted_agreements_by_email ON usher.deleted_agreements (email_digest);
      ALTER TABLE users ADD COLUMN usher_agreed_email bytea;
      ALTER TABLE usher.pool_listings ADD COLUMN spellings text[] NOT NULL DEFAULT '{}';
    `);
    await runner.query(buildIsBlocked([]));
    // Without statistics of the expression, PostgreSQL does not use the index over the address.
    await runner.query('ANALYZE users');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION usher.is_blocked(users);
      DROP TABLE usher.deleted_agreements;
      ALTER TABLE users DROP COLUMN usher_agreed_email;
      ALTER TABLE usher.pool_listings DROP COLUMN spellings;
      ALTER TABLE usher.installation DROP COLUMN blocked_when;
    `);
  }
}

/** `LEGACY_SOURCE` of the last start; NULL if it was not set. */
export class LegacySource1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.installation ADD COLUMN legacy_source text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.installation DROP COLUMN legacy_source');
  }
}

/**
 * Copies of the people of a read-only source. `usher_legacy_skipped` says why a copy may not sign in; `usher_hash_erased_at` that a
 * password set through Usher replaced the one of the source. The start counts again, because copies have no hash.
 */
export class LegacyCopies1764000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      ALTER TABLE users
        ADD COLUMN usher_legacy_id text,
        ADD COLUMN usher_legacy_verified boolean,
        ADD COLUMN usher_legacy_digest bytea,
        ADD COLUMN usher_legacy_format text,
        ADD COLUMN usher_legacy_locked_until timestamptz,
        ADD COLUMN usher_legacy_skipped text,
        ADD COLUMN usher_hash_erased_at timestamptz;
      CREATE TABLE usher.source_syncs (
        source text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        position text,
        rows bigint NOT NULL,
        completed_at timestamptz
      );
      CREATE TABLE usher.source_sync_ids (id text PRIMARY KEY, blocked boolean NOT NULL);
      UPDATE usher.installation SET blocked_when = NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.source_sync_ids, usher.source_syncs;
      ALTER TABLE users
        DROP COLUMN usher_legacy_id, DROP COLUMN usher_legacy_verified, DROP COLUMN usher_legacy_digest,
        DROP COLUMN usher_legacy_format, DROP COLUMN usher_legacy_locked_until, DROP COLUMN usher_legacy_skipped,
        DROP COLUMN usher_hash_erased_at;
      UPDATE usher.installation SET blocked_when = NULL;
    `);
  }
}

/** People of a source may share an address, so it is unique among the other rows of our own table only. */
export class LegacyCopyIndexes1764000000033 implements MigrationInterface {
  /** CREATE INDEX CONCURRENTLY cannot run inside a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const isCopy = 'WHERE usher_legacy_id IS NOT NULL';
    await buildIndex(runner, 'index_users_on_usher_legacy_id', `(usher_legacy_id) ${isCopy}`, {
      unique: true,
    });
    if (await isAdopted(runner)) return;
    const isNoCopy = 'WHERE usher_legacy_id IS NULL';
    await buildIndex(runner, 'index_users_on_own_email', `(email) ${isNoCopy}`, { unique: true });
    await runner.query('DROP INDEX IF EXISTS index_users_on_email');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX index_users_on_usher_legacy_id');
    if (await isAdopted(runner)) return;
    await runner.query(`
      CREATE UNIQUE INDEX index_users_on_email ON users (email);
      DROP INDEX index_users_on_own_email;
    `);
  }
}

async function isAdopted(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query('SELECT adopted_users_table AS adopted FROM usher.installation')) as {
    adopted: boolean;
  }[];
  return row?.adopted ?? false;
}
