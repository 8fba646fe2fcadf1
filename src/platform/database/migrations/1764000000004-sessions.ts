import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions that began here, and digests of every refresh token each of them has had.
 *
 * `user_id` is no foreign key: Rails may delete the row, and the session is invalid then. It is empty where a session that
 * began elsewhere was ended here. `origin_jti` is Cognito's token family, or our own id where the app client does not
 * allow revocation. `tokens` are sealed; they go once Cognito was told of the end (`revoked_at`).
 */
export class Sessions1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.sessions (
        id uuid PRIMARY KEY,
        user_id bigint,
        sub text NOT NULL,
        client_id text NOT NULL,
        mode text NOT NULL,
        origin_jti text NOT NULL UNIQUE,
        cookie_digest bytea UNIQUE,
        tokens text,
        access_expires_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        renewal_lease_until timestamptz,
        device text,
        address inet,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        ended_reason text,
        revoked_at timestamptz
      );
      CREATE INDEX sessions_live_by_owner ON usher.sessions (sub) WHERE ended_at IS NULL;
      CREATE INDEX sessions_live_by_age ON usher.sessions (created_at) WHERE ended_at IS NULL;
      CREATE INDEX sessions_by_end ON usher.sessions (ended_at);
      CREATE INDEX sessions_unrevoked ON usher.sessions (ended_at)
        WHERE ended_at IS NOT NULL AND revoked_at IS NULL;

      CREATE TABLE usher.session_refresh_tokens (
        digest bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES usher.sessions ON DELETE CASCADE,
        replaced_at timestamptz
      );
      CREATE INDEX session_refresh_tokens_by_session ON usher.session_refresh_tokens (session_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.session_refresh_tokens, usher.sessions');
  }
}
