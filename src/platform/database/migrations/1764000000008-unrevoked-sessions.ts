import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions that have ended here and live on at Cognito are remembered, so that nobody takes them for somebody else's. */
export class UnrevokedSessions1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.sessions ADD COLUMN unrevocable boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.sessions DROP COLUMN unrevocable');
  }
}
