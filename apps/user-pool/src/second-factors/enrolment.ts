import type { Context } from '../context.js';
import { openAnyChallenge, type Challenge } from '../sign-in/challenge-session.js';
import { readAccessToken } from '../tokens/access-token.js';
import type { Holder } from '../tokens/session.js';
import { invalidParameter, totpNotEnabled } from '../wire/errors.js';

/** The user who sets up an authenticator, identified by an access token or by an MFA_SETUP session. */
export interface Enrolment {
  holder: Holder;
  challenge?: Challenge;
}

export function readEnrolment(
  context: Context,
  { AccessToken, Session }: { AccessToken?: string | undefined; Session?: string | undefined },
): Enrolment {
  if ((AccessToken === undefined) === (Session === undefined)) {
    throw invalidParameter('Exactly one of AccessToken and Session has to be given.');
  }
  const enrolment =
    AccessToken !== undefined
      ? { holder: readAccessToken(context, AccessToken) }
      : openAnyChallenge(context, Session ?? '', 'MFA_SETUP');
  if (!enrolment.holder.pool.factors.includes('SOFTWARE_TOKEN_MFA')) throw totpNotEnabled();
  return enrolment;
}
