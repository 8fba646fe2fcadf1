import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When people signed out everywhere: no access token from before counts, wherever its session began. */
export class SignOuts1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.sign_outs (sub text PRIMARY KEY, signed_out_at timestamptz NOT NULL);
      CREATE INDEX sign_outs_by_time ON usher.sign_outs (signed_out_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.sign_outs');
  }
}
