import { emailDigest, isSpelling } from '../common/database/email-expression.js';

/** Rails's `timestamp without time zone` holds UTC. */
export const nowForRails = `(now() AT TIME ZONE 'UTC')`;

const columns = (blocked: string) => `
  id, email, {first_name} AS "firstName", {last_name} AS "lastName", usher_roles AS roles, cognito_sub AS sub,
  usher_disabled_at IS NOT NULL OR ${blocked} AS disabled`;

/** A user blocked by the old application counts as disabled. */
export const userColumns = columns('usher.is_blocked(users.*)');

export const columnsOfAddress = columns('usher_blocked');

/** Neither blocked by the old application nor deleted. */
export const isLive = 'usher_erased_at IS NULL AND NOT usher.is_blocked(users.*)';

const digests = (spellings: string) =>
  `ARRAY(SELECT ${emailDigest('spelling')} FROM unnest(${spellings}::text[]) AS spelling)`;

/** A copy for which `/aws/auth` has allowed a reset: of several with the address, the one that the source has chosen. */
const isReset = `usher_legacy_id IS NOT NULL AND usher_migration_state = 'reset_sent'`;

/** Rows that have one of the spellings, and deleted rows that had one. */
const namesakes = (spellings: string) => `
  (SELECT *, count(*) FILTER (WHERE usher_live) OVER () AS usher_live_rows,
      bool_or(usher_erased_at IS NOT NULL) OVER () AS usher_erased_before,
      max(usher_agreed_at) OVER () AS usher_last_agreement,
      max(usher_migration_at) FILTER (WHERE usher_live AND ${isReset}) OVER () AS usher_last_reset
    FROM (SELECT users.*, usher.is_blocked(users.*) AS usher_blocked, ${isLive} AS usher_live FROM users
      WHERE (${isSpelling('email', spellings)} AND (usher_erased_at IS NULL OR usher_erased_email IS NOT NULL))
        OR usher_erased_email = ANY (${digests(spellings)})) AS namesake) AS candidate`;

/**
 * The row of an address: a row that was deleted with this address; else the only live row; else, if no row is live, a blocked
 * row, which is refused. No row while several live rows share the address. Columns: those of `users`, and `usher_blocked`.
 * @param spellings SQL of a text array (`emailSpellings`)
 */
export const rowByEmail = (spellings: string): string => `
  (SELECT * FROM ${namesakes(spellings)}
    WHERE usher_erased_at IS NOT NULL
      OR (NOT usher_erased_before AND (usher_live_rows = 0 OR (usher_live_rows = 1 AND usher_live)))
    ORDER BY id DESC LIMIT 1)`;

/** A newer approval with the address, of a row that was deleted or has another address by now. */
const newerApproval = (spellings: string) => `
  EXISTS (SELECT 1 FROM usher.deleted_agreements AS deleted WHERE email_digest = ANY (${digests(spellings)})
    AND deleted.user_id <> candidate.id::text AND deleted.agreed_at > coalesce(usher_last_agreement, '-infinity'))
  OR EXISTS (SELECT 1 FROM users AS moved WHERE moved.usher_agreed_email = ANY (${digests(spellings)})
    AND moved.id <> candidate.id AND NOT (${isSpelling('moved.email', spellings)})
    AND coalesce(moved.usher_agreed_at, moved.cognito_linked_at) > coalesce(usher_last_agreement, '-infinity'))`;

/**
 * The row to link to a pool user with this verified address: the row with the newest approval, if it is live and still has
 * the address; otherwise none, until a reset has proved the mailbox. Without any approval: the copy of which the source allowed the
 * newest reset, else like `rowByEmail`.
 */
export const rowToLink = (spellings: string): string => `
  (SELECT * FROM ${namesakes(spellings)}
    WHERE usher_erased_at IS NOT NULL
      OR (NOT usher_erased_before AND (usher_live_rows = 0
        OR (usher_live AND (usher_agreed_at = usher_last_agreement OR (usher_last_agreement IS NULL
            AND (usher_live_rows = 1 OR (${isReset} AND usher_migration_at = usher_last_reset))))
          AND NOT (${newerApproval(spellings)}))))
    ORDER BY id DESC LIMIT 1)`;

/** `id` and `cognito_sub` of the only live row of an address. */
export const onlyLiveRow = (spellings: string): string =>
  `(SELECT id, cognito_sub FROM ${namesakes(spellings)} WHERE usher_live AND usher_live_rows = 1 AND NOT usher_erased_before)`;

/** Whether `digest` is the digest of one of the spellings. */
export const isDigestOf = (digest: string, spellings: string): string =>
  `${digest} = ANY (${digests(spellings)})`;

/** Whether any row has the address, live or not. */
export const isTaken = (spellings: string): string =>
  `EXISTS (SELECT 1 FROM users AS other WHERE ${isSpelling('other.email', spellings)})`;

/** Whether the row has this hash. A copy of a source has a digest instead. @param hash, digest SQL of the values */
export const hasHash = (hash: string, digest: string): string =>
  `CASE WHEN usher_legacy_id IS NULL THEN coalesce(encrypted_password, '') = coalesce(${hash}::text, '')
    ELSE usher_legacy_digest IS NOT DISTINCT FROM ${digest}::bytea AND usher_hash_erased_at IS NULL END`;
