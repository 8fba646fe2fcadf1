import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Changes of passwords that are under way, and sign-out times that hold for every token.
 *
 * `refused_through` is in Cognito's clock: no access token with an `auth_time` up to it counts, but those of the families
 * `kept`. `signed_out_at` is in PostgreSQL's: a sign-in that began before it makes no session. A session keeps when its
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

/** The same key in both functions: a session and a sign-out of one person never pass each other. */
const lockKey = `hashtextextended('usher.sign_outs/' || owner, 0)`;

/**
 * Waits for sessions of this person that are being created; later ones see the row. A family that an earlier sign-out
 * kept began before this one, so the list begins again. The times never go back: another process can know Cognito's
 * clock better than this one, and a sign-out can be recorded seconds after it happened (`seconds_ago`). Sessions whose
 * sign-in began since go on.
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
 * May a sign-in that began at \`began_at\` make a session? The queries see what was committed before the lock was given,
 * which those of the statement around it would not. A session that began after the sign-out goes on whatever Cognito's
 * clock says: by its family or, where tokens name none, from its \`auth_time\` on.
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

/** The release before knows `signed_out_at` only, and runs beside this one while it is replaced. */
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
