import type { Statement } from '../../platform/database/database.js';
import { emailExpression, isSpelling } from '../../platform/database/email-expression.js';
import { nowForRails, userColumns } from './users.sql.js';

const emailKey = `(${emailExpression('email')} COLLATE "C")`;

const columns = `${userColumns}, usher_disabled_at IS NOT NULL AS "disabledHere", usher.is_blocked(users.*) AS blocked,
  usher_profile AS profile, confirmed_at IS NOT NULL AS confirmed,
  unconfirmed_email AS "unconfirmedEmail", created_at::timestamptz AS "createdAt",
  CASE WHEN usher_erased_at IS NULL THEN NULL
    WHEN EXISTS (SELECT 1 FROM usher.erasures WHERE user_id = users.id) THEN 'pending' ELSE 'done' END AS erasure`;

export const find: Statement = {
  name: 'user-records-find',
  text: `SELECT ${columns} FROM users WHERE id = $1`,
};

/** $1: `emailSpellings`. Where several rows have the address, all of them. */
export const findByEmail: Statement = {
  name: 'user-records-find-by-email',
  text: `SELECT ${columns} FROM users WHERE ${isSpelling('email', '$1')} ORDER BY ${emailKey}, id`,
};

export const findForChange: Statement = {
  name: 'user-records-find-for-change',
  text: `SELECT ${columns} FROM users WHERE id = $1 FOR UPDATE OF users`,
};

export const findBySub: Statement = {
  name: 'user-records-find-by-sub',
  text: `SELECT ${columns} FROM users WHERE cognito_sub = $1`,
};

/**
 * By key, so that a page far behind costs no more than the first. $1 and $2 are a range and no pattern: for a pattern that is
 * not known yet PostgreSQL plans to read everything.
 */
export const page: Statement = {
  name: 'user-records-page',
  text: `
    SELECT ${columns}, ${emailKey} AS key FROM users
    WHERE ${emailKey} < $2 AND (${emailKey}, id) > (
      greatest($1::text COLLATE "C", $3::text), CASE WHEN $3::text COLLATE "C" >= $1 THEN $4::bigint ELSE 0 END)
    ORDER BY ${emailKey}, id LIMIT $5`,
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
