/**
 * Where somebody stands on the way to Cognito, and how many people stand there. The triggers of `users` and a full count use
 * the same expressions, so they cannot differ. A change here needs a migration that makes the trigger's function anew.
 */

/** What is read of a person's row: `person` in the expressions below. */
export const readColumns = {
  cognito_sub: 'text',
  encrypted_password: 'text',
  confirmed_at: 'timestamp',
  usher_disabled_at: 'timestamptz',
  usher_erased_at: 'timestamptz',
  usher_migration_state: 'text',
  usher_migration_reason: 'text',
  usher_migration_at: 'timestamptz',
  created_at: 'timestamp',
  current_sign_in_at: 'timestamp',
  last_sign_in_at: 'timestamp',
} as const;

const isBlank = `btrim(coalesce(encrypted_password, '')) = ''`;
const waits = `usher_erased_at IS NULL AND cognito_sub IS NULL AND usher_disabled_at IS NULL`;
const stored = `usher_migration_state IN ('reset_sent', 'failed')`;

const state = `
  CASE WHEN usher_erased_at IS NOT NULL THEN 'skipped'
    WHEN cognito_sub IS NOT NULL THEN CASE WHEN usher_migration_state = 'imported' THEN 'imported' ELSE 'migrated' END
    WHEN usher_disabled_at IS NOT NULL THEN 'skipped'
    WHEN ${stored} THEN usher_migration_state
    WHEN ${isBlank} OR confirmed_at IS NULL THEN 'skipped'
    ELSE 'legacy' END`;

const reason = `
  CASE WHEN usher_erased_at IS NOT NULL THEN 'erased'
    WHEN cognito_sub IS NOT NULL THEN CASE WHEN usher_migration_state = 'imported' THEN usher_migration_reason END
    WHEN usher_disabled_at IS NOT NULL THEN 'disabled'
    WHEN ${stored} THEN usher_migration_reason
    WHEN ${isBlank} THEN 'no_password'
    WHEN confirmed_at IS NULL THEN 'unconfirmed'
    ELSE usher_migration_reason END`;

/** People who have yet to move. */
const isLeft = `${waits} AND (${stored} OR NOT (${isBlank} OR confirmed_at IS NULL))`;

/** How the stored string begins, as far as that is one of a few dozen beginnings: never a salt or a digest. */
const format = `
  CASE WHEN encrypted_password ~ '^\\$2[abxy]?\\$\\d\\d\\$' THEN substring(encrypted_password from '^\\$2[abxy]?\\$\\d\\d\\$')
    WHEN encrypted_password ~ '^A[A-P][A-Za-z0-9+/]{50,}={0,2}$' THEN 'base64'
    WHEN encrypted_password ~ '^[0-9A-Fa-f]+$' AND length(encrypted_password) IN (32, 40, 64, 128)
      THEN 'hexadecimal, ' || length(encrypted_password) || ' digits'
    ELSE coalesce(
      substring(encrypted_password from
        '^(\\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha(?:1|256|512))?|bcrypt-sha256|1|5|6|7|y|gy|apr1|wp|P|H|S)\\$|U\\$S\\$)'),
      substring(encrypted_password from
        '^((?:pbkdf2_sha(?:1|256|512)|argon2|bcrypt|bcrypt_sha256|scrypt|md5|sha1)\\$|scrypt:|pbkdf2:sha(?:1|256|512):)'),
      substring(encrypted_password from '^(\\{(?:SHA|SSHA|SSHA256|SSHA512|MD5|SMD5|PKCS5S2)\\})'),
      'other') END`;

const lastSignIn = `greatest(current_sign_in_at, last_sign_in_at)`;
const month = `date_trunc('month', coalesce(${lastSignIn}, created_at))::date`;
const day = `(usher_migration_at AT TIME ZONE 'UTC')::date`;

/**
 * Format and month are kept of people who have yet to move, the day of those who have. The month is that of the last sign-in, or
 * of the sign-up of somebody who never signed in since.
 */
export const placeColumns = `${state} AS state, ${reason} AS reason,
  CASE WHEN ${isLeft} THEN ${format} END AS format,
  CASE WHEN ${isLeft} THEN ${month} END AS month,
  CASE WHEN ${isLeft} THEN ${lastSignIn} IS NULL END AS never_signed_in,
  CASE WHEN usher_erased_at IS NULL AND cognito_sub IS NOT NULL THEN ${day} END AS day`;

/** Of a place, in the order of `placeColumns`. */
export const keyColumns = 'state, reason, format, month, never_signed_in, day';

/** Do rows tell when somebody last signed in? An adopted table has these only where Devise's trackable was used. */
export const hasSignInColumns = `
  SELECT count(*) = 2 AS found FROM pg_attribute
  WHERE attrelid = to_regclass('users') AND NOT attisdropped
    AND attname IN ('current_sign_in_at', 'last_sign_in_at')`;

const withoutSignIns = `
  (SELECT *, NULL::timestamp AS current_sign_in_at, NULL::timestamp AS last_sign_in_at FROM
    (SELECT ${Object.keys(readColumns)
      .filter((name) => !name.endsWith('sign_in_at'))
      .join(', ')} FROM users) AS row)`;

/**
 * Puts a full count in the place of all differences. One statement, so one snapshot: what somebody changes meanwhile is a
 * difference that stays. Nobody may add rows up meanwhile (`addUp`).
 * @param hasColumns what `hasSignInColumns` found
 */
export const countEverybody = (hasColumns: boolean) => `
  WITH gone AS (DELETE FROM usher.migration_counts)
  INSERT INTO usher.migration_counts (${keyColumns}, people)
  SELECT ${keyColumns}, count(*)
  FROM (SELECT ${placeColumns} FROM ${hasColumns ? 'users' : withoutSignIns} AS person) AS place
  GROUP BY ${keyColumns}`;

/** One row a place again. What is added to them meanwhile stays beside them. */
export const addUp = `
  WITH gone AS (DELETE FROM usher.migration_counts RETURNING *)
  INSERT INTO usher.migration_counts (${keyColumns}, people)
  SELECT ${keyColumns}, sum(people) FROM gone GROUP BY ${keyColumns} HAVING sum(people) <> 0`;
