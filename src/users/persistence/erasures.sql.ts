import type { Statement } from '../../platform/database/database.js';
import { emailDigest, emailExpression } from '../../platform/database/email-expression.js';
import { nowForRails } from './users.sql.js';

/** Another person has the address: it must not be refused to them. */
const isSharedWithLiveRow = `EXISTS (SELECT 1 FROM users AS other
  WHERE ${emailExpression('other.email')} = ${emailExpression('users.email')} AND other.id <> users.id
    AND other.usher_erased_at IS NULL AND NOT usher.is_blocked(other.*))`;

/** What could be signed in or confirmed with goes at once. */
export const mark: Statement = {
  name: 'erasures-mark',
  text: `
    UPDATE users SET
      usher_erased_at = now(), usher_disabled_at = coalesce(usher_disabled_at, now()),
      usher_erased_email = CASE WHEN NOT ${isSharedWithLiveRow} THEN ${emailDigest('email')} END,
      encrypted_password = '', authentication_hash = NULL, reset_password_token = NULL, confirmation_token = NULL,
      unlock_token = NULL, unconfirmed_email = NULL, usher_roles = '{}', updated_at = ${nowForRails}
    WHERE id = $1`,
};

/** Where the Lambda has just said yes Cognito may be making the person now, after a delete that found nobody. */
export const request: Statement = {
  name: 'erasures-request',
  text: `
    INSERT INTO usher.erasures (user_id, next_try_at)
    SELECT id, CASE WHEN usher_agreed_at > now() - interval '30 seconds' AND cognito_sub IS NULL
      THEN now() + interval '30 seconds' ELSE now() END
    FROM users WHERE id = $1`,
};

export const removeConfirmations: Statement = {
  name: 'erasures-remove-confirmations',
  text: `DELETE FROM usher.confirmations WHERE user_id = $1`,
};

/** Should it fail, or its process die, it is due again: after a minute, at last every hour. */
export const take: Statement = {
  name: 'erasures-take',
  text: `
    WITH due AS (
      SELECT id, cognito_sub, email FROM usher.erasures JOIN users ON id = user_id WHERE next_try_at <= now()
      ORDER BY next_try_at LIMIT 1 FOR UPDATE OF erasures SKIP LOCKED
    )
    UPDATE usher.erasures SET tries = tries + 1, next_try_at = now() + interval '1 minute' * least(60, 2 ^ least(tries, 6))
    FROM due WHERE user_id = id
    RETURNING id, cognito_sub AS sub, email, tries`,
};

/** RFC 2606 keeps `.invalid` free of mailboxes. */
export const strip: Statement = {
  name: 'erasures-strip',
  text: `
    UPDATE users SET email = 'erased-' || id || '@erased.invalid', first_name = NULL, last_name = NULL,
      usher_profile = '{}', updated_at = ${nowForRails}
    WHERE id = $1`,
};

/** Only where the table has the columns. */
export const forgetPlaces: Statement = {
  name: 'erasures-forget-places',
  text: `UPDATE users SET current_sign_in_ip = NULL, last_sign_in_ip = NULL WHERE id = $1`,
};

export const finish: Statement = {
  name: 'erasures-finish',
  text: `DELETE FROM usher.erasures WHERE user_id = $1`,
};
