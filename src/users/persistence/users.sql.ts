import type { Statement } from '../../platform/database/database.js';
import { emailDigest, isSpelling } from '../../platform/database/email-expression.js';
import { format, isBlank } from '../../platform/database/migration-counts.sql.js';
import { isDigestOf, isLive, isTaken, onlyLiveRow, rowByEmail, rowToLink } from '../user-lookup.sql.js';

const columns = (blocked: string) => `
  id, email, first_name AS "firstName", last_name AS "lastName", usher_roles AS roles, cognito_sub AS sub,
  usher_disabled_at IS NOT NULL OR ${blocked} AS disabled`;

/** A person whom the old application blocks is treated like one who was disabled here. */
export const userColumns = columns('usher.is_blocked(users.*)');

const columnsOfAddress = columns('usher_blocked');

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

export const findToLink: Statement = {
  name: 'users-find-to-link',
  text: `SELECT ${columnsOfAddress} FROM ${rowToLink('$1')} AS found`,
};

export const hasRows: Statement = {
  name: 'users-has-rows',
  text: `SELECT ${isTaken('$1')} AS found`,
};

export const findLegacyAccount: Statement = {
  name: 'users-find-legacy-account',
  text: `
    SELECT ${columnsOfAddress},
      encrypted_password AS "passwordHash",
      authentication_hash AS "authenticationHash",
      confirmed_at IS NOT NULL AS confirmed,
      locked_at IS NOT NULL AND
        ($2::float8 IS NULL OR locked_at > ${nowForRails} - make_interval(secs => $2)) AS locked,
      cognito_sub IS NOT NULL AND
        coalesce(cognito_linked_at < now() - interval '5 minutes', true) AS "linkedForGood",
      coalesce(usher_agreed_at > now() - interval '20 seconds', false) AS "agreedJustNow",
      usher_erased_at IS NOT NULL AS erased
    FROM ${rowByEmail('$1')} AS found`,
};

/**
 * Of somebody who signs in. An operator linked the row before its owner ever came: what a first link does to the old hash is still to
 * be done.
 */
export const findSignedIn: Statement = {
  name: 'users-find-signed-in',
  text: `
    SELECT ${userColumns}, usher_migration_reason IS NOT DISTINCT FROM 'reconciled' AND NOT (${isBlank}) AS "keptHash"
    FROM users WHERE cognito_sub = $1`,
};

const erasesHash = (legacyHash: string) => `(${legacyHash}::text = 'erase'
  OR (${legacyHash}::text IS NULL AND NOT (SELECT adopted_users_table FROM usher.installation)))`;

export const settleHash: Statement = {
  name: 'users-settle-hash',
  text: `UPDATE users SET encrypted_password = '', updated_at = ${nowForRails} WHERE id = $1 AND ${erasesHash('$2')}`,
};

// No conflict target: an adopted table has several unique indexes, and any of them may be the one that objects. It may also
// have none over the address alone. $4: `emailSpellings`
export const insert: Statement = {
  name: 'users-insert',
  text: `
    INSERT INTO users (email, cognito_sub, cognito_linked_at, cognito_user_pool_id, usher_migration_state,
      usher_migration_reason, usher_migration_at, encrypted_password, confirmed_at, created_at, updated_at)
    SELECT $1::text, $2, now(), $3, 'imported', 'not_known_here', now(), '', ${nowForRails}, ${nowForRails}, ${nowForRails}
    WHERE NOT ${isTaken('$4')}
    ON CONFLICT DO NOTHING
    RETURNING ${userColumns}`,
};

/** We were asked about the old password, or about a reset. */
const hasMoved = `(usher_migration_reason IS DISTINCT FROM 'signed_up'
  AND (usher_agreed_at IS NOT NULL OR usher_migration_state IS NOT DISTINCT FROM 'reset_sent'))`;

/**
 * Cognito has verified the address, so its owner gets the row. What a stranger may have put into a row that nobody had
 * confirmed goes first: the hash, pending tokens and names. Whoever is in the pool without our having been asked came there
 * another way. `movedFrom` is how the old hash of somebody who has moved begins, or `none`: never a salt or a digest.
 */
export const link: Statement = {
  name: 'users-link',
  text: `
    UPDATE users SET
      cognito_sub = $2,
      cognito_linked_at = now(),
      cognito_user_pool_id = $4,
      usher_agreed_email = coalesce(usher_agreed_email, ${emailDigest('email')}),
      usher_migration_state = CASE WHEN ${hasMoved} THEN 'migrated' ELSE 'imported' END,
      usher_migration_reason = CASE WHEN ${hasMoved} THEN NULL
        WHEN usher_migration_reason = 'signed_up' THEN 'signed_up' ELSE 'found_in_pool' END,
      usher_migration_at = now(),
      encrypted_password = CASE
        WHEN confirmed_at IS NULL OR ${erasesHash('$3')} THEN '' ELSE encrypted_password END,
      first_name = CASE WHEN confirmed_at IS NOT NULL THEN first_name END,
      last_name = CASE WHEN confirmed_at IS NOT NULL THEN last_name END,
      reset_password_token = CASE WHEN confirmed_at IS NOT NULL THEN reset_password_token END,
      confirmation_token = CASE WHEN confirmed_at IS NOT NULL THEN confirmation_token END,
      unlock_token = CASE WHEN confirmed_at IS NOT NULL THEN unlock_token END,
      unconfirmed_email = CASE WHEN confirmed_at IS NOT NULL THEN unconfirmed_email END,
      confirmed_at = coalesce(confirmed_at, ${nowForRails}),
      updated_at = ${nowForRails}
    FROM (
      SELECT id AS id_before, CASE WHEN ${isBlank} THEN 'none' ELSE ${format} END AS format_before FROM users WHERE id = $1
    ) AS before
    WHERE id = id_before AND cognito_sub IS NULL
    RETURNING ${userColumns}, CASE WHEN usher_migration_state = 'migrated' THEN format_before END AS "movedFrom"`,
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
 * A row that is linked, or that Rails has confirmed meanwhile, keeps what it has. With a hash the row becomes that sign-up's: names
 * and tokens of whoever made the row go.
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

/** A link that Devise has mailed for an earlier wish would confirm this one: it goes. */
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

/** A wish for yet another address that came meanwhile stays. $3: `emailSpellings` */
export const changeEmail: Statement = {
  name: 'users-change-email',
  text: `
    UPDATE users SET email = $2::text, unconfirmed_email = CASE WHEN unconfirmed_email <> $2::text THEN unconfirmed_email END,
      confirmed_at = coalesce(confirmed_at, ${nowForRails}), updated_at = ${nowForRails}
    WHERE id = $1 AND NOT ${isTaken('$3')}
    RETURNING id`,
};

// The agreement goes too: it belongs to the Cognito user that is given up.
export const relink: Statement = {
  name: 'users-relink',
  text: `
    UPDATE users SET cognito_sub = $2::text, cognito_linked_at = CASE WHEN $2::text IS NOT NULL THEN now() END,
      cognito_user_pool_id = NULL, usher_agreed_at = NULL, usher_agreed_email = NULL, updated_at = ${nowForRails},
      usher_migration_state = CASE WHEN $2::text IS NOT NULL THEN 'imported' END,
      usher_migration_reason = CASE WHEN $2::text IS NOT NULL THEN 'relinked' ELSE 'reopened' END,
      usher_migration_at = now()
    WHERE id = $1`,
};

export const unlinkAll: Statement = {
  name: 'users-unlink-all',
  patienceMs: 600_000,
  text: `
    WITH unlinked AS (
      UPDATE users SET cognito_sub = NULL, cognito_linked_at = NULL, cognito_user_pool_id = NULL, usher_agreed_at = NULL,
        usher_agreed_email = NULL, usher_migration_state = NULL, usher_migration_reason = 'reopened', usher_migration_at = now(),
        updated_at = ${nowForRails}
      WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL
      RETURNING 1
    ) SELECT count(*) AS count FROM unlinked`,
};

export const countLinked: Statement = {
  name: 'users-count-linked',
  patienceMs: 600_000,
  text: `SELECT count(*) AS count FROM users WHERE cognito_sub IS NOT NULL AND usher_erased_at IS NULL`,
};

/** Only of a row that is as it was when its hash was checked. $2: `emailSpellings`, $3: the hash. */
export const recordAgreement: Statement = {
  name: 'users-record-agreement',
  text: `
    UPDATE users SET usher_agreed_at = now(), usher_agreed_email = ${emailDigest('email')}
    WHERE id = $1 AND ${isLive} AND usher_disabled_at IS NULL AND ${isSpelling('email', '$2')}
      AND encrypted_password IS NOT DISTINCT FROM $3
    RETURNING id`,
};

/** The code came from the mailbox: the old hash is history and Devise's lock has done its work. */
export const recordPasswordReset: Statement = {
  name: 'users-record-password-reset',
  text: `
    UPDATE users SET encrypted_password = '', locked_at = NULL, failed_attempts = 0, unlock_token = NULL,
      reset_password_token = NULL, updated_at = ${nowForRails}
    WHERE id = $1`,
};

/**
 * The owner of the mailbox has proved it. What other rows agreed to with its address counts no longer, and a link of a row
 * that is not live passes to the one live row of the address at its next sign-in. Nothing changes without such a row.
 * $1: `emailSpellings`, $2: the pool user's `sub`, where it is known.
 */
export const recordMailboxProof: Statement = {
  name: 'users-record-mailbox-proof',
  text: `
    WITH live AS (SELECT id FROM ${onlyLiveRow('$1')} AS found WHERE cognito_sub IS NULL),
    deleted AS (
      DELETE FROM usher.deleted_agreements
      WHERE ${isDigestOf('email_digest', '$1')} AND EXISTS (SELECT 1 FROM live) RETURNING 1)
    UPDATE users SET usher_agreed_at = NULL, usher_agreed_email = NULL,
      cognito_sub = CASE WHEN ${isLive} THEN cognito_sub END,
      cognito_linked_at = CASE WHEN ${isLive} THEN cognito_linked_at END,
      cognito_user_pool_id = CASE WHEN ${isLive} THEN cognito_user_pool_id END,
      usher_migration_state = CASE WHEN ${isLive} THEN usher_migration_state END,
      usher_migration_reason = CASE WHEN cognito_sub IS NULL OR ${isLive} THEN usher_migration_reason ELSE 'reopened' END,
      updated_at = ${nowForRails}
    FROM live
    WHERE users.id <> live.id AND usher_erased_at IS NULL AND (usher_agreed_at IS NOT NULL OR cognito_sub IS NOT NULL)
      AND (${isDigestOf('usher_agreed_email', '$1')}
        OR (NOT (${isLive}) AND (${isSpelling('email', '$1')} OR cognito_sub = $2)))`,
};

export const hasTrackingColumns: Statement = {
  name: 'users-has-tracking-columns',
  text: `
    SELECT count(*) = 5 AS found FROM pg_attribute
    WHERE attrelid = to_regclass('users') AND NOT attisdropped AND attname IN
      ('sign_in_count', 'current_sign_in_at', 'last_sign_in_at', 'current_sign_in_ip', 'last_sign_in_ip')`,
};

/** Devise's `update_tracked_fields`: the first time, both pairs of columns get the same. */
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
