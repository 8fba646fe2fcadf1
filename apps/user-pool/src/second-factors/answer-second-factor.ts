import type { Context } from '../context.js';
import { isSameText } from '../passwords/secret-hash.js';
import { spendChallenge, type Challenge } from '../sign-in/challenge-session.js';
import { requireParameter } from '../sign-in/clients.js';
import type { Factor } from '../state/records.js';
import type { Holder } from '../tokens/session.js';
import { modifyUser, updateUser } from '../users/users.js';
import { codeMismatchOfFactor, invalidParameter, notAuthorized, totpNotEnabled } from '../wire/errors.js';
import { usableFactors } from './factors.js';
import { checkTotp } from './totp.js';

type Answers = Record<string, string>;

/** A wrong code does not invalidate the session, so the user can retry. */
export function answerSentCode(context: Context, challenge: Challenge, answers: Answers): void {
  const given = requireParameter(answers, `${challenge.name}_CODE`);
  if (!isSameText(challenge.data['code'] ?? '', given)) throw codeMismatchOfFactor();
  spendChallenge(context, challenge);
}

export function answerTotp(context: Context, { user }: Holder, challenge: Challenge, answers: Answers): void {
  const { authenticator } = user;
  if (!authenticator) throw totpNotEnabled();
  const code = requireParameter(answers, 'SOFTWARE_TOKEN_MFA_CODE');
  const usedStep = checkTotp(context, authenticator.secret, code, authenticator.usedStep);
  spendChallenge(context, challenge);
  updateUser(context, user, { authenticator: { ...authenticator, usedStep } });
}

/** Returns the challenge of the chosen factor. */
export function answerSelection(
  context: Context,
  holder: Holder,
  challenge: Challenge,
  answers: Answers,
): Factor {
  const wanted = requireParameter(answers, 'ANSWER');
  const factor = usableFactors(holder.pool, holder.user).find((usable) => usable === wanted);
  if (!factor) throw invalidParameter(`The user has not set up the factor ${wanted}.`);
  spendChallenge(context, challenge);
  return factor;
}

/** Requires the session of VerifySoftwareToken, which proves that the app was verified. */
export function answerSetup(context: Context, { user }: Holder, challenge: Challenge): void {
  if (challenge.data['verified'] !== 'true') throw notAuthorized('Invalid session for the user.');
  spendChallenge(context, challenge);
  modifyUser(context, user, { factors: [...new Set([...user.factors, 'SOFTWARE_TOKEN_MFA' as const])] });
}
