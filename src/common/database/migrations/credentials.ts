import type { MigrationInterface, QueryRunner } from 'typeorm';
import { requireUsersTable } from './schema-helpers.js';

/** Failed password checks of `/aws/auth` by e-mail address, known or not. Holds digests only. */
export class AccountFailures1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE usher.account_failures (
        account bytea PRIMARY KEY,
        failures integer NOT NULL,
        last_password bytea NOT NULL,
        last_failure_at timestamptz NOT NULL,
        locked_until timestamptz
      );
      CREATE INDEX account_failures_by_age ON usher.account_failures (last_failure_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.account_failures');
  }
}

/**
 * Counters in the format of rate-limiter-flexible's PostgreSQL store. Keys hold digests, no addresses. Unlogged: no sign-in waits
 * for a write to disk, and a crash of the database resets the counters.
 */
export class RateLimits1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE usher.rate_limits (
        key varchar(255) PRIMARY KEY,
        points integer NOT NULL DEFAULT 0,
        expire bigint
      );
      CREATE INDEX rate_limits_by_expiry ON usher.rate_limits (expire);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.rate_limits');
  }
}

/**
 * Password changes in progress, and sign-out times for all tokens.
 *
 * `refused_through` is in Cognito's time: access tokens with an `auth_time` up to it are refused, except those of the families in
 * `kept`. `signed_out_at` is in PostgreSQL's time: a sign-in that began earlier creates no session. A session stores when its
 * sign-in began, because a sign-out can be recorded later than it happened.
 */
export class PasswordChanges1764000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      CREATE TABLE usher.password_changes (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('reset', 'change')),
        username text NOT NULL,
        email text NOT NULL,
        sub text,
        kept_family text,
        authenticated_at bigint,
        language text NOT NULL,
        pool_status text,
        pool_modified_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        accepted_at timestamptz,
        completed_at timestamptz,
        next_try_at timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0
      );
      CREATE INDEX password_changes_by_next_try ON usher.password_changes (next_try_at);

      ALTER TABLE usher.sign_outs
        ADD COLUMN refused_through bigint NOT NULL DEFAULT extract(epoch FROM now())::bigint - 1,
        ADD COLUMN kept text[] NOT NULL DEFAULT '{}',
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
      UPDATE usher.sign_outs SET refused_through = floor(extract(epoch FROM signed_out_at))::bigint - 1;
      CREATE INDEX sign_outs_by_update ON usher.sign_outs (updated_at);
      ALTER TABLE usher.sessions ADD COLUMN began_at timestamptz;
    `);
    await runner.query(recordSignOut);
    await runner.query(admitsSession);
    await runner.query(followOldRelease);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER follow_old_release ON usher.sign_outs;
      DROP FUNCTION usher.follow_old_release;
      DROP FUNCTION usher.admits_session(text, text, bigint, timestamptz, timestamptz);
      DROP FUNCTION usher.record_sign_out(text, bigint, bigint, text, double precision, timestamptz);
      ALTER TABLE usher.sessions DROP COLUMN began_at;
      ALTER TABLE usher.sign_outs DROP COLUMN refused_through, DROP COLUMN kept, DROP COLUMN updated_at;
      DROP TABLE usher.password_changes;
    `);
  }
}

/** Serializes sign-outs and new sessions of one user. */
const lockKey = `hashtextextended('usher.sign_outs/' || owner, 0)`;

/**
 * Waits for sessions of this user that are being created; later ones see the row. Families that an earlier sign-out kept began
 * before this one, so `kept` starts again. The times never decrease: another process may know Cognito's time more precisely, and a
 * sign-out can be recorded seconds after it happened (`seconds_ago`). Sessions whose sign-in began later stay valid.
 */
const recordSignOut = `
  CREATE FUNCTION usher.record_sign_out(
    owner text, cognito_now bigint, at_least bigint, kept_family text, seconds_ago double precision, asked_at timestamptz)
  RETURNS SETOF usher.sign_outs LANGUAGE plpgsql AS $$
  DECLARE
    instant timestamptz;
    through bigint;
    families text[];
  BEGIN
    PERFORM pg_advisory_xact_lock(${lockKey});
    instant := clock_timestamp() - make_interval(secs => coalesce(seconds_ago, 0));
    through := greatest(coalesce(cognito_now, floor(extract(epoch FROM instant))::bigint), at_least);
    -- A sign-out since the question was asked has ended the family that was to go on.
    IF EXISTS (SELECT 1 FROM usher.sign_outs AS known
      WHERE known.sub = owner AND known.signed_out_at >= asked_at AND kept_family <> ALL (known.kept)) THEN
      kept_family := NULL;
    END IF;
    families := array_remove(ARRAY[kept_family], NULL) || ARRAY(
      SELECT origin_jti FROM usher.sessions
      WHERE sub = owner AND ended_at IS NULL AND coalesce(began_at, created_at) > instant);
    RETURN QUERY
      INSERT INTO usher.sign_outs AS known (sub, signed_out_at, refused_through, kept, updated_at)
      VALUES (owner, instant, through, families, clock_timestamp())
      ON CONFLICT (sub) DO UPDATE SET signed_out_at = greatest(known.signed_out_at, excluded.signed_out_at),
        kept = CASE WHEN known.signed_out_at > excluded.signed_out_at THEN known.kept ELSE excluded.kept END,
        updated_at = excluded.updated_at, refused_through = greatest(known.refused_through, excluded.refused_through)
      RETURNING known.*;
  END $$`;

/**
 * Whether a sign-in that began at \`began_at\` may create a session. The queries see what was committed before the lock was
 * granted; those of the calling statement would not. A session that began after the sign-out stays valid whatever Cognito's
 * time says: by its family or, for tokens without one, from its \`auth_time\` on.
 */
const admitsSession = `
  CREATE FUNCTION usher.admits_session(
    owner text, family text, authenticated_at bigint, began_at timestamptz, known_sign_out timestamptz)
  RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    last usher.sign_outs;
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${lockKey});
    SELECT * INTO last FROM usher.sign_outs WHERE sub = owner;
    IF NOT FOUND THEN
      RETURN true;
    END IF;
    IF last.signed_out_at IS DISTINCT FROM known_sign_out AND last.signed_out_at >= began_at THEN
      RETURN false;
    END IF;
    IF authenticated_at <= last.refused_through THEN
      UPDATE usher.sign_outs SET updated_at = clock_timestamp(),
        kept = CASE WHEN family IS NULL THEN kept ELSE kept || family END,
        refused_through = CASE WHEN family IS NULL THEN least(refused_through, authenticated_at - 1) ELSE refused_through END
      WHERE sub = owner;
    END IF;
    RETURN true;
  END $$`;

/** The previous release writes only `signed_out_at`, and runs beside this one during a deployment. */
const followOldRelease = `
  CREATE FUNCTION usher.follow_old_release() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.refused_through := greatest(OLD.refused_through, floor(extract(epoch FROM NEW.signed_out_at))::bigint - 1);
    NEW.kept := '{}';
    RETURN NEW;
  END $$;
  CREATE TRIGGER follow_old_release BEFORE UPDATE ON usher.sign_outs FOR EACH ROW
    WHEN (NEW.signed_out_at IS DISTINCT FROM OLD.signed_out_at AND NEW.updated_at = OLD.updated_at)
    EXECUTE FUNCTION usher.follow_old_release()`;

/**
 * `recent_proofs`: token families with a recent proof or a started enrolment. `mfa_changes`: changes of second factors in
 * progress. `mfa_removals`: permissions that administrators gave.
 */
export class SecondFactor1764000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      CREATE TABLE usher.recent_proofs (
        origin_jti text PRIMARY KEY,
        sub text NOT NULL,
        proven_at timestamptz,
        enrolled_at timestamptz,
        challenge text,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX recent_proofs_by_update ON usher.recent_proofs (updated_at);
      CREATE TABLE usher.mfa_changes (
        id uuid PRIMARY KEY,
        action text NOT NULL,
        user_id ${idType} NOT NULL,
        actor_id ${idType} NOT NULL,
        kept_family text,
        authenticated_at bigint,
        language text NOT NULL,
        details jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        next_try_at timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0
      );
      CREATE INDEX mfa_changes_by_next_try ON usher.mfa_changes (next_try_at);
      CREATE TABLE usher.mfa_removals (
        user_id ${idType} PRIMARY KEY,
        allowed_by ${idType} NOT NULL,
        expires_at timestamptz NOT NULL
      );
      ALTER TABLE usher.password_changes ADD COLUMN remove_mfa boolean NOT NULL DEFAULT false;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE usher.password_changes DROP COLUMN remove_mfa;
      DROP TABLE usher.mfa_removals;
      DROP TABLE usher.mfa_changes;
      DROP TABLE usher.recent_proofs;
    `);
  }
}

/**
 * Deletes sign-up data that no link can use, which earlier releases kept. `password_restores` are leases: while one is live, no
 * reset for that address is sent to Cognito. `account_failures` also gets the digest of the latest wrong password of a locked
 * account, which does not count.
 */
export class PasswordRestores1764000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType, columns } = await requireUsersTable(runner);
    await runner.query(`
      SET LOCAL lock_timeout = '3s';
      CREATE INDEX confirmations_with_sign_up_data ON usher.confirmations (id)
        WHERE password_hash IS NOT NULL OR password_tag IS NOT NULL OR first_name IS NOT NULL OR last_name IS NOT NULL;
      UPDATE usher.confirmations SET password_hash = NULL, password_tag = NULL, first_name = NULL, last_name = NULL
      WHERE (password_hash IS NOT NULL OR password_tag IS NOT NULL OR first_name IS NOT NULL OR last_name IS NOT NULL) AND (
        used_at IS NOT NULL OR revoked_at IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM users WHERE users.id = confirmations.user_id
          AND ${columns.confirmed_at} IS NULL AND cognito_sub IS NULL AND usher_erased_at IS NULL)
        OR (expires_at < now() AND NOT EXISTS (SELECT 1 FROM usher.confirmations AS link
          WHERE link.user_id = confirmations.user_id AND link.purpose = 'sign-up' AND coalesce(link.password_hash, '') = ''
            AND link.used_at IS NULL AND link.revoked_at IS NULL AND link.expires_at >= now()
            AND link.created_at < confirmations.expires_at)));
      CREATE TABLE usher.password_restores (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX password_restores_by_email ON usher.password_restores (email);
      ALTER TABLE usher.account_failures
        ADD COLUMN password_while_locked bytea, ADD COLUMN failed_while_locked_at timestamptz;
      CREATE FUNCTION usher.delete_if_unreferenced(user_id ${idType}) RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM users WHERE id = user_id;
        RETURN FOUND;
      EXCEPTION WHEN foreign_key_violation THEN
        RETURN false;
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION usher.delete_if_unreferenced;
      ALTER TABLE usher.account_failures DROP COLUMN password_while_locked, DROP COLUMN failed_while_locked_at;
      DROP TABLE usher.password_restores;
      DROP INDEX usher.confirmations_with_sign_up_data;
    `);
  }
}

/**
 * What `POST /aws/auth` was asked for, by the id of the request that began the sign-in, and whether legacy passwords of a hash format
 * are right. Unlogged: no answer waits for a write to disk, and a crash of the database loses what is kept for hours only.
 */
export class TriggerRequests1764000000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { idType } = await requireUsersTable(runner);
    await runner.query(`
      CREATE UNLOGGED TABLE usher.trigger_requests (
        request_id text PRIMARY KEY,
        outcome text NOT NULL,
        asked_at timestamptz NOT NULL
      );
      CREATE INDEX trigger_requests_by_age ON usher.trigger_requests (asked_at);
      CREATE UNLOGGED TABLE usher.format_outcomes (
        user_id ${idType} NOT NULL,
        format text NOT NULL,
        was_right boolean NOT NULL,
        checked_at timestamptz NOT NULL,
        PRIMARY KEY (user_id, format)
      );
      CREATE INDEX format_outcomes_by_age ON usher.format_outcomes (checked_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usher.format_outcomes; DROP TABLE usher.trigger_requests');
  }
}
