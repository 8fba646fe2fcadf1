import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Networks that sent most requests of a minute with an `X-Forwarded-For` that `TRUSTED_PROXIES` does not trust. For `usher doctor`; unlogged, because
 * the next minute tells the same.
 */
export class UntrustedProxies1764000000038 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE UNLOGGED TABLE usher.untrusted_proxies (network cidr PRIMARY KEY, seen_at timestamptz NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.untrusted_proxies');
  }
}
