import { emailDigest, isSpelling } from '../platform/database/email-expression.js';

/** Not blocked by the old application, and not deleted here. */
export const isLive = 'usher_erased_at IS NULL AND NOT usher.is_blocked(users.*)';

const digests = (spellings: string) =>
  `ARRAY(SELECT ${emailDigest('spelling')} FROM unnest(${spellings}::text[]) AS spelling)`;

/** Every row that has one of the spellings, and of those that were deleted here the ones that had it. */
const namesakes = (spellings: string) => `
  (SELECT *, count(*) FILTER (WHERE usher_live) OVER () AS usher_live_rows,
      bool_or(usher_erased_at IS NOT NULL) OVER () AS usher_erased_before,
      max(usher_agreed_at) OVER () AS usher_last_agreement
    FROM (SELECT users.*, usher.is_blocked(users.*) AS usher_blocked, ${isLive} AS usher_live FROM users
      WHERE (${isSpelling('email', spellings)} AND (usher_erased_at IS NULL OR usher_erased_email IS NOT NULL))
        OR usher_erased_email = ANY (${digests(spellings)})) AS namesake) AS candidate`;

/**
 * The row of an address: the live one. While several live rows have it, none; without a live one a blocked one, which is
 * refused. A row that was deleted here with this address comes before all others.
 *
 * It has the columns of `users`, and `usher_blocked`.
 * @param spellings SQL of a text array (`emailSpellings`)
 */
export const rowByEmail = (spellings: string): string => `
  (SELECT * FROM ${namesakes(spellings)}
    WHERE usher_erased_at IS NOT NULL
      OR (NOT usher_erased_before AND (usher_live_rows = 0 OR (usher_live_rows = 1 AND usher_live)))
    ORDER BY id DESC LIMIT 1)`;

/** An agreement with the address by a row that is gone, or has another address by now. */
const newerAgreement = (spellings: string) => `
  EXISTS (SELECT 1 FROM usher.deleted_agreements AS deleted WHERE email_digest = ANY (${digests(spellings)})
    AND deleted.user_id <> candidate.id::text AND deleted.agreed_at > coalesce(usher_last_agreement, '-infinity'))
  OR EXISTS (SELECT 1 FROM users AS moved WHERE moved.usher_agreed_email = ANY (${digests(spellings)})
    AND moved.id <> candidate.id AND NOT (${isSpelling('moved.email', spellings)})
    AND coalesce(moved.usher_agreed_at, moved.cognito_linked_at) > coalesce(usher_last_agreement, '-infinity'))`;

/**
 * The row that a pool user with this verified address belongs to: the one whose agreement with the address is newest, if it
 * is still live and still has it. Otherwise none, until a reset has proved the mailbox. Where no row agreed: as
 * `rowByEmail`.
 */
export const rowToLink = (spellings: string): string => `
  (SELECT * FROM ${namesakes(spellings)}
    WHERE usher_erased_at IS NOT NULL
      OR (NOT usher_erased_before AND (usher_live_rows = 0
        OR (usher_live AND (usher_agreed_at = usher_last_agreement OR (usher_last_agreement IS NULL AND usher_live_rows = 1))
          AND NOT (${newerAgreement(spellings)}))))
    ORDER BY id DESC LIMIT 1)`;

/** The live row of an address that no other live row has: its `id` and `cognito_sub`. */
export const onlyLiveRow = (spellings: string): string =>
  `(SELECT id, cognito_sub FROM ${namesakes(spellings)} WHERE usher_live AND usher_live_rows = 1 AND NOT usher_erased_before)`;

/** Is this the digest of one of the spellings? */
export const isDigestOf = (digest: string, spellings: string): string =>
  `${digest} = ANY (${digests(spellings)})`;

/** Does any row have the address, live or not? */
export const isTaken = (spellings: string): string =>
  `EXISTS (SELECT 1 FROM users AS other WHERE ${isSpelling('other.email', spellings)})`;
