import type { Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { adminRole } from './roles.js';
import { isTaken, nowForRails } from './user-lookup.sql.js';

const isUnconfirmed = `{confirmed_at} IS NULL AND cognito_sub IS NULL`;

/** The array subquery lets PostgreSQL use both indexes. */
export const findWithAdministrators: Statement = {
  name: 'users-find-with-administrators',
  text: `
    SELECT id FROM users
    WHERE id = ANY ($1::{id_type} || ARRAY(SELECT id::{id_type} FROM users AS other WHERE usher_roles @> '{${adminRole}}'))`,
};

/** What Rails sets in a new row. `may_insert`: with a column that Rails requires and Usher does not know, no row is inserted. */
export const insertedColumns = `{new_id: id,} {created_at: created_at,} {updated_at: updated_at,}`;
export const insertedValues = `{new_id: {new_id},} {created_at: ${nowForRails},} {updated_at: ${nowForRails},}`;

/** $2: `emailSpellings` */
export const insertUnconfirmed: Statement = {
  name: 'users-insert-unconfirmed',
  text: `
    INSERT INTO users (${insertedColumns} email, encrypted_password, usher_migration_reason, {confirmed_at})
    SELECT ${insertedValues} $1::text, '', 'signed_up', NULL WHERE NOT ${isTaken('$2')} AND {may_insert}
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
      {first_name} = CASE WHEN ${takesSignUp} THEN $4::text ELSE {first_name} END,
      {last_name} = CASE WHEN ${takesSignUp} THEN $5::text ELSE {last_name} END,
      {reset_password_token: reset_password_token = CASE WHEN NOT ${takesSignUp} THEN reset_password_token END,}
      {unlock_token: unlock_token = CASE WHEN NOT ${takesSignUp} THEN unlock_token END,}
      {confirmation_token: confirmation_token = CASE WHEN NOT (${isUnconfirmed}) THEN confirmation_token END,}
      {updated_at: updated_at = ${nowForRails},}
      {unconfirmed_email} = CASE WHEN NOT ${takesSignUp} THEN {unconfirmed_email} END,
      {confirmed_at} = coalesce({confirmed_at}, ${nowForRails})
    WHERE id = $1 AND usher_disabled_at IS NULL AND NOT usher.is_blocked(users.*) AND ${isSpelling('email', '$2')}
    RETURNING id`,
};

/**
 * A row that Usher's sign-up inserted and that holds nothing else. A row of the old application never has the reason `signed_up`; a
 * row with a hash, a role or a block has been used by the application or an administrator since.
 */
const isUnusedSignUp = `usher_migration_reason IS NOT DISTINCT FROM 'signed_up' AND {confirmed_at} IS NULL AND cognito_sub IS NULL
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
    UPDATE users SET email = $2::text, {updated_at: updated_at = ${nowForRails},}
      {unconfirmed_email} = CASE WHEN {unconfirmed_email} <> $2::text THEN {unconfirmed_email} END,
      {confirmed_at} = coalesce({confirmed_at}, ${nowForRails})
    WHERE id = $1 AND NOT ${isTaken('$3')}
    RETURNING id`,
};

/** The row keeps its token, so that a second click gets the same response. */
export const withoutSignUpData = `password_hash = NULL, password_tag = NULL, first_name = NULL, last_name = NULL`;

export const hasSignUpData = `(confirmations.password_hash IS NOT NULL OR confirmations.password_tag IS NOT NULL
  OR confirmations.first_name IS NOT NULL OR confirmations.last_name IS NOT NULL)`;

/** @param owner SQL of the user's id */
export const deleteSignUpDataOf = (owner: string): string => `
  UPDATE usher.confirmations SET ${withoutSignUpData} WHERE user_id = ${owner} AND ${hasSignUpData}`;
