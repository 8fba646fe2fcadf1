import type { MigrationInterface, QueryRunner } from 'typeorm';
import { requireUsersTable } from './schema-helpers.js';

/**
 * Files of `usher migration import`, and who is in which line. `hash_digest` is a part of the SHA-256 of the stored hash: its salt is
 * random, so the digest does not help to guess the password. The start replaces the counting functions, because a person who was
 * imported and has signed in counts as `migrated: hash_import`.
 */
export class UserImports1764000000054 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      CREATE TABLE usher.import_files (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_pool_id text NOT NULL,
        algorithm text NOT NULL,
        job_name text NOT NULL UNIQUE,
        path text NOT NULL,
        is_canary boolean NOT NULL,
        state text NOT NULL,
        rows integer NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        digest bytea,
        job_id text,
        job_status text,
        message text,
        stop_requested boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        ended_at timestamptz
      );
      CREATE TABLE usher.imports (
        user_id ${idType} PRIMARY KEY,
        file_id integer NOT NULL,
        line integer NOT NULL,
        state text NOT NULL,
        hash_digest bytea NOT NULL,
        sub text,
        reason text
      );
      CREATE UNIQUE INDEX imports_by_line ON usher.imports (file_id, line);
      UPDATE usher.installation SET blocked_when = NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE usher.imports, usher.import_files; UPDATE usher.installation SET blocked_when = NULL',
    );
  }
}

/**
 * What changes after an import: `changed_at` says when the source was first seen with another hash, `reset_at` when the pool user was
 * reset because of it. `usher.import_blocks` has the imported people whom the source has blocked since.
 */
export class ImportDrift1764000000056 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      ALTER TABLE usher.imports ADD COLUMN changed_at timestamptz, ADD COLUMN reset_at timestamptz;
      CREATE INDEX imports_changed ON usher.imports (user_id) WHERE changed_at IS NOT NULL;
      CREATE TABLE usher.import_blocks (
        user_id ${idType} PRIMARY KEY,
        state text NOT NULL DEFAULT 'disabling',
        was_enabled boolean,
        requested_at timestamptz NOT NULL DEFAULT now(),
        next_try_at timestamptz NOT NULL DEFAULT now(),
        tries integer NOT NULL DEFAULT 0,
        last_error text,
        leased_until timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE usher.import_blocks;
      ALTER TABLE usher.imports DROP COLUMN changed_at, DROP COLUMN reset_at;
    `);
  }
}
