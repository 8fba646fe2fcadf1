import type { MigrationInterface, QueryRunner } from 'typeorm';
import { emailExpression } from '../email-expression.js';

/**
 * What a run of `usher migration reconcile` read of the pool; its rows go when it ends. Unlogged: a crash of the database loses
 * nothing that cannot be read again.
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
