import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Responses to http-01 challenges (RFC 8555 section 8.3). Not secret. */
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

/**
 * ACME accounts, and certificates with their current order. Private keys are sealed. Each step of an order is stored before the
 * next begins, so that any process can continue it.
 */
export class Certificates1764000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.acme_accounts (
        directory_url text PRIMARY KEY,
        sealed_key text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE usher.certificates (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        names text[] NOT NULL UNIQUE,
        directory_url text,
        sealed_order_key text,
        order_url text,
        sealed_key text,
        chain text,
        serial text,
        not_before timestamptz,
        not_after timestamptz,
        issued_by text,
        issued_at timestamptz,
        deployed_serial text,
        deployed_at timestamptz,
        served_serial text,
        served_checked_at timestamptz,
        served_at timestamptz,
        times_lost integer NOT NULL DEFAULT 0,
        renew_at timestamptz,
        advice_due_at timestamptz,
        warned_days integer,
        step text,
        step_at timestamptz,
        next_order_at timestamptz NOT NULL DEFAULT to_timestamp(0),
        next_deployment_at timestamptz NOT NULL DEFAULT to_timestamp(0),
        failures integer NOT NULL DEFAULT 0,
        last_error text,
        wanted_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.certificates, usher.acme_accounts');
  }
}
