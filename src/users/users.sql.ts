import type { Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { adminRole } from './roles.js';
import { isTaken, rowByEmail } from './user-lookup.sql.js';

const columns = (blocked: string) => `
  id, email, first_name AS "firstName", last_name AS "lastName", usher_roles AS roles, cognito_sub AS sub,
  usher_disabled_at IS NOT NULL OR ${blocked} AS disabled`;

/** A user blocked by the old application counts as disabled. */
export const userColumns = columns('usher.is_blocked(users.*)');

export const columnsOfAddress = columns('usher_blocked');

export const recordColumns = `${userColumns}, usher_disabled_at IS NOT NULL AS "disabledHere", usher.is_blocked(users.*) AS blocked,
  usher_profile AS profile, confirmed_at IS NOT NULL AS confirmed,
  unconfirmed_email AS "unconfirmedEmail", created_at::timestamptz AS "createdAt",
  CASE WHEN usher_erased_at IS NULL THEN NULL
    WHEN EXISTS (SELECT 1 FROM usher.erasures WHERE user_id = users.id) THEN 'pending' ELSE 'done' END AS erasure`;

/** Rails's `timestamp without time zone` holds UTC. */
export const nowForRails = `(now() AT TIME ZONE 'UTC')`;

const isUnconfirmed = `confirmed_at IS NULL AND cognito_sub IS NULL`;

export const findBySub: Statement = {
  name: 'users-find-by-sub',
  text: `SELECT ${userColumns} FROM users WHERE cognito_sub = $1`,
};

/** $1: `emailSpellings` */
export const findByEmail: Statement = {
  name: 'users-find-by-email',
  text: `SELECT ${columnsOfAddress} FROM ${rowByEmail('$1')} AS found`,
};

export const hasRows: Statement = {
  name: 'users-has-rows',
  text: `SELECT ${isTaken('$1')} AS found`,
};

/** $2: how many seconds Devise's lock holds; null: for ever */
const stateColumns = `${columnsOfAddress},
      confirmed_at IS NOT NULL AS confirmed,
      locked_at IS NOT NULL AND
        ($2::float8 IS NULL OR locked_at > ${nowForRails} - make_interval(secs => $2)) AS locked,
      cognito_sub IS NOT NULL AND
        coalesce(cognito_linked_at < now() - interval '5 minutes', true) AS "linkFinal",
      coalesce(usher_agreed_at > now() - interval '20 seconds', false) AS "approvedRecently",
      usher_erased_at IS NOT NULL AS erased`;

/** Selects no hash. $1: `emailSpellings` */
export const findAccountState: Statement = {
  name: 'users-find-account-state',
  text: `SELECT ${stateColumns} FROM ${rowByEmail('$1')} AS found`,
};

/** $1: `emailSpellings` */
export const findLegacyAccount: Statement = {
  name: 'users-find-legacy-account',
  text: `
    SELECT ${stateColumns},
      encrypted_password AS "passwordHash",
      authentication_hash AS "authenticationHash"
    FROM ${rowByEmail('$1')} AS found`,
};

export const findRecord: Statement = {
  name: 'user-records-find',
  text: `SELECT ${recordColumns} FROM users WHERE id = $1`,
};

export const lockRecord: Statement = {
  name: 'user-records-find-for-change',
  text: `SELECT ${recordColumns} FROM users WHERE id = $1 FOR UPDATE OF users`,
};

/** Ordered by id, so that transactions that lock several rows do not deadlock. */
export const lockRecords: Statement = {
  name: 'user-records-lock-all',
  text: `SELECT ${recordColumns} FROM users WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE OF users`,
};

/** Like `lockRecords`, and all rows with the role `admin`. The array subquery lets PostgreSQL use both indexes. */
export const lockRecordWithAdministrators: Statement = {
  name: 'user-records-lock-with-administrators',
  text: `
    SELECT ${recordColumns} FROM users
    WHERE id = ANY ($1::bigint[] || ARRAY(SELECT id::bigint FROM users AS other WHERE usher_roles @> '{${adminRole}}'))
    ORDER BY id FOR UPDATE OF users`,
};

export const setProfile: Statement = {
  name: 'user-records-set-profile',
  text: `
    UPDATE users SET first_name = $2, last_name = $3, usher_profile = $4, updated_at = ${nowForRails}
    WHERE id = $1`,
};

export const setRoles: Statement = {
  name: 'user-records-set-roles',
  text: `UPDATE users SET usher_roles = $2, updated_at = ${nowForRails} WHERE id = $1`,
};

export const disable: Statement = {
  name: 'user-records-disable',
  text: `
    UPDATE users SET usher_disabled_at = coalesce(usher_disabled_at, now()), updated_at = ${nowForRails}
    WHERE id = $1`,
};

export const enable: Statement = {
  name: 'user-records-enable',
  text: `
    UPDATE users SET usher_disabled_at = NULL, updated_at = ${nowForRails}
    WHERE id = $1 AND usher_erased_at IS NULL`,
};

/** $2: `emailSpellings` */
export const insertUnconfirmed: Statement = {
  name: 'users-insert-unconfirmed',
  text: `
    INSERT INTO users (email, encrypted_password, usher_migration_reason, created_at, updated_at)
    SELECT $1::text, '', 'signed_up', ${nowForRails}, ${nowForRails} WHERE NOT ${isTaken('$2')}
    ON CONFLICT DO NOTHING
    RETURNING id`,
};

const takesSignUp = `(${isUnconfirmed} AND $3::text IS NOT NULL)`;

/**
 * A row that is linked, or that Rails has confirmed in the meantime, keeps its hash, names and tokens. Otherwise a sign-up with a
 * hash replaces the hash and the names, and removes the tokens, which another person may have requested.
 */
export const confirm: Statement = {
  name: 'users-confirm',
  text: `
    UPDATE users SET
      encrypted_password = CASE WHEN ${takesSignUp} THEN $3::text ELSE encrypted_password END,
      first_name = CASE WHEN ${takesSignUp} THEN $4::text ELSE first_name END,
      last_name = CASE WHEN ${takesSignUp} THEN $5::text ELSE last_name END,
      reset_password_token = CASE WHEN NOT ${takesSignUp} THEN reset_password_token END,
      unlock_token = CASE WHEN NOT ${takesSignUp} THEN unlock_token END,
      unconfirmed_email = CASE WHEN NOT ${takesSignUp} THEN unconfirmed_email END,
      confirmation_token = CASE WHEN NOT (${isUnconfirmed}) THEN confirmation_token END,
      confirmed_at = coalesce(confirmed_at, ${nowForRails}),
      updated_at = ${nowForRails}
    WHERE id = $1 AND usher_disabled_at IS NULL AND NOT usher.is_blocked(users.*) AND ${isSpelling('email', '$2')}
    RETURNING id`,
};

/** Removes Devise's token, because its link would confirm this request. */
export const setUnconfirmedEmail: Statement = {
  name: 'users-set-unconfirmed-email',
  text: `
    UPDATE users SET unconfirmed_email = $2, confirmation_token = NULL, updated_at = ${nowForRails}
    WHERE id = $1`,
};

export const findAwaiting: Statement = {
  name: 'users-find-awaiting',
  text: `SELECT ${userColumns} FROM users WHERE id = $1 AND unconfirmed_email = $2`,
};

/**
 * A row that Usher's sign-up inserted and that holds nothing else. A row of the old application never has the reason `signed_up`; a
 * row with a hash, a role or a block has been used by the application or an administrator since.
 */
const isUnusedSignUp = `usher_migration_reason IS NOT DISTINCT FROM 'signed_up' AND confirmed_at IS NULL AND cognito_sub IS NULL
  AND coalesce(encrypted_password, '') = '' AND usher_roles = '{}' AND usher_disabled_at IS NULL AND usher_erased_at IS NULL
  AND NOT usher.is_blocked(users.*)`;

/** Whether a row has the address, apart from unused sign-ups. $1: `emailSpellings` */
export const isHeld: Statement = {
  name: 'users-is-held',
  text: `
    SELECT EXISTS (SELECT 1 FROM users WHERE ${isSpelling('email', '$1')} AND NOT (${isUnusedSignUp})) AS held`,
};

/** By ascending id, as every transaction that locks two rows does. $1: id of the owner, $2: `emailSpellings` */
export const lockOwnerAndAddress: Statement = {
  name: 'users-lock-owner-and-address',
  text: `
    SELECT id FROM users WHERE id = $1 OR ${isSpelling('email', '$2')} ORDER BY id FOR UPDATE OF users`,
};

/**
 * Keeps rows that tables of the old application refer to. The rows must be locked: the function is called after the condition.
 * $1: `emailSpellings`
 */
export const deleteUnusedSignUps: Statement = {
  name: 'users-delete-unused-sign-ups',
  text: `
    WITH unused AS MATERIALIZED (SELECT id FROM users WHERE ${isSpelling('email', '$1')} AND ${isUnusedSignUp}),
    tried AS MATERIALIZED (SELECT id, usher.delete_if_unreferenced(id) AS deleted FROM unused),
    removed AS (SELECT id FROM tried WHERE deleted),
    links AS (DELETE FROM usher.confirmations WHERE user_id IN (SELECT id FROM removed)),
    generations AS (DELETE FROM usher.confirmation_revocations WHERE user_id IN (SELECT id FROM removed))
    SELECT id FROM removed`,
};

/** Keeps a request for another address that was made in the meantime. $3: `emailSpellings` */
export const changeEmail: Statement = {
  name: 'users-change-email',
  text: `
    UPDATE users SET email = $2::text, unconfirmed_email = CASE WHEN unconfirmed_email <> $2::text THEN unconfirmed_email END,
      confirmed_at = coalesce(confirmed_at, ${nowForRails}), updated_at = ${nowForRails}
    WHERE id = $1 AND NOT ${isTaken('$3')}
    RETURNING id`,
};

/** A reset has proved the mailbox, so the legacy hash and Devise's lock are removed. */
export const recordPasswordReset: Statement = {
  name: 'users-record-password-reset',
  text: `
    UPDATE users SET encrypted_password = '', locked_at = NULL, failed_attempts = 0, unlock_token = NULL,
      reset_password_token = NULL, updated_at = ${nowForRails}
    WHERE id = $1`,
};

export const hasTrackingColumns: Statement = {
  name: 'users-has-tracking-columns',
  text: `
    SELECT count(*) = 5 AS found FROM pg_attribute
    WHERE attrelid = to_regclass('users') AND NOT attisdropped AND attname IN
      ('sign_in_count', 'current_sign_in_at', 'last_sign_in_at', 'current_sign_in_ip', 'last_sign_in_ip')`,
};

/** Like Devise's `update_tracked_fields`: the first sign-in sets both pairs of columns. */
export const recordSignIn: Statement = {
  name: 'users-record-sign-in',
  text: `
    UPDATE users SET
      last_sign_in_at = coalesce(current_sign_in_at, ${nowForRails}),
      current_sign_in_at = ${nowForRails},
      last_sign_in_ip = coalesce(current_sign_in_ip, $2),
      current_sign_in_ip = $2,
      sign_in_count = coalesce(sign_in_count, 0) + 1,
      updated_at = ${nowForRails}
    WHERE id = $1`,
};

/** The row keeps its token, so that a second click gets the same response. */
export const withoutSignUpData = `password_hash = NULL, password_tag = NULL, first_name = NULL, last_name = NULL`;

export const hasSignUpData = `(confirmations.password_hash IS NOT NULL OR confirmations.password_tag IS NOT NULL
  OR confirmations.first_name IS NOT NULL OR confirmations.last_name IS NOT NULL)`;

/** @param owner SQL of the user's id */
export const deleteSignUpDataOf = (owner: string): string => `
  UPDATE usher.confirmations SET ${withoutSignUpData} WHERE user_id = ${owner} AND ${hasSignUpData}`;
