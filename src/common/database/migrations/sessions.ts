import type { MigrationInterface, QueryRunner } from 'typeorm';
import { requireUsersTable } from './schema-helpers.js';

/**
 * Sessions that began at Usher, and digests of all their refresh tokens.
 *
 * `user_id` has no foreign key: Rails may delete the row, which invalidates the session. It is NULL for revoked sessions that
 * began elsewhere. `origin_jti` is Cognito's token family, or our own id if the app client does not enable token revocation.
 * `tokens` are sealed and deleted once Cognito has revoked them (`revoked_at`).
 */
export class Sessions1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      CREATE TABLE usher.sessions (
        id uuid PRIMARY KEY,
        user_id ${idType},
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

/** Sessions that are revoked here but not yet at Cognito, so that their tokens are not taken for external sessions. */
export class UnrevokedSessions1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.sessions ADD COLUMN unrevocable boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usher.sessions DROP COLUMN unrevocable');
  }
}

/** Times of sign-outs from all devices: older access tokens are refused, wherever their session began. */
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

/**
 * `usher.ended_families` keeps the token families of revoked sessions whose rows are deleted, because a refresh token may live for
 * 10 years. A trigger fills it, so that it also covers rows that an older release deletes.
 *
 * `language` is the language of the sign-in, for mails. `unanswered_at` is the time of the first refresh at Cognito whose tokens
 * were not stored: Cognito may have replaced the refresh token, so its reuse is no evidence of theft.
 */
export class EndedFamilies1764000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      CREATE TABLE usher.ended_families (origin_jti text PRIMARY KEY, ended_at timestamptz NOT NULL);
      CREATE INDEX ended_families_by_end ON usher.ended_families (ended_at);
      ALTER TABLE usher.sessions ADD COLUMN language text, ADD COLUMN unanswered_at timestamptz;
    `);
    await runner.query(keepFamily);
    await runner.query(admitSession);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION usher.admit_session(text, text, bigint, timestamptz, timestamptz, integer);
      DROP TRIGGER keep_family ON usher.sessions;
      DROP FUNCTION usher.keep_family;
      ALTER TABLE usher.sessions DROP COLUMN language, DROP COLUMN unanswered_at;
      DROP TABLE usher.ended_families;
    `);
  }
}

const keepFamily = `
  CREATE FUNCTION usher.keep_family() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO usher.ended_families (origin_jti, ended_at) VALUES (OLD.origin_jti, OLD.ended_at)
      ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER keep_family AFTER DELETE ON usher.sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION usher.keep_family()`;

/**
 * Decides like \`admits_session\`, then revokes the least recently used sessions so that at most \`most - 1\` are live.
 * Serializes concurrent sign-ins of one user. Revokes at most 200 rows per call, and locks rows in the order of their ids.
 * @returns the ids of the revoked sessions; NULL if the sign-in may create no session
 */
const admitSession = `
  CREATE FUNCTION usher.admit_session(
    owner text, family text, authenticated_at bigint, began_at timestamptz, known_sign_out timestamptz, most integer)
  RETURNS uuid[] LANGUAGE plpgsql AS $$
  DECLARE
    surplus uuid[];
  BEGIN
    IF NOT usher.admits_session(owner, family, authenticated_at, began_at, known_sign_out) THEN
      RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('usher.sessions/' || owner, 0));
    surplus := ARRAY(
      SELECT id FROM (
        SELECT id, last_used_at, created_at FROM usher.sessions WHERE sub = owner AND ended_at IS NULL
        ORDER BY last_used_at DESC, created_at DESC, id OFFSET most - 1) AS older
      ORDER BY last_used_at, created_at LIMIT 200);
    IF cardinality(surplus) = 0 THEN
      RETURN surplus;
    END IF;
    PERFORM 1 FROM usher.sessions WHERE id = ANY (surplus) ORDER BY id FOR UPDATE;
    UPDATE usher.sessions SET ended_at = now(), ended_reason = 'too many sessions', renewal_lease_until = NULL
      WHERE id = ANY (surplus) AND ended_at IS NULL;
    RETURN surplus;
  END $$`;
