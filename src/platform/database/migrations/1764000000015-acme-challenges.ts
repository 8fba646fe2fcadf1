import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every process answers to an http-01 challenge (RFC 8555 section 8.3). Nothing in it is secret. */
export class AcmeChallenges1764000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.acme_challenges (
        token text PRIMARY KEY,
        key_authorization text NOT NULL,
        expires_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.acme_challenges');
  }
}
