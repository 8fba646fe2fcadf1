import type { Context } from '../context.js';
import { challengeSecondFactor } from '../second-factors/second-factor-challenge.js';
import type { Holder } from '../tokens/session.js';
import { startSession } from '../tokens/sessions.js';
import { runPostAuthentication } from '../triggers/authentication-triggers.js';
import type { ClientMetadata } from '../triggers/client-metadata.js';
import type { TokenSource } from '../triggers/pre-token-generation.js';
import { notAuthorized } from '../wire/errors.js';
import { newPasswordChallenge } from './new-password.js';
import type { SignInResponse } from './sign-in-response.js';

/** ClientMetadata of the current request. */
export interface Step {
  source?: TokenSource;
  /** For PreTokenGeneration and PostAuthentication. */
  clientMetadata?: ClientMetadata;
  /** For CustomMessage. */
  messageMetadata?: ClientMetadata;
}

/** Continues after a correct password: returns the next challenge or the tokens. */
export async function continueSignIn(
  context: Context,
  holder: Holder,
  step: Step = {},
): Promise<SignInResponse> {
  const { user } = holder;
  if (user.status === 'FORCE_CHANGE_PASSWORD') {
    if ((user.temporaryPasswordExpiresAt ?? Infinity) <= context.clock.now()) {
      throw notAuthorized('Temporary password has expired and must be reset by an administrator.');
    }
    return newPasswordChallenge(context, holder);
  }
  return (
    (await challengeSecondFactor(context, holder, step.messageMetadata)) ??
    finishSignIn(context, holder, step)
  );
}

export async function finishSignIn(
  context: Context,
  holder: Holder,
  { source = 'TokenGeneration_Authentication', clientMetadata }: Step,
): Promise<SignInResponse> {
  const tokens = await startSession(context, holder, { source, clientMetadata });
  await runPostAuthentication(context, holder, clientMetadata);
  return { ChallengeParameters: {}, AuthenticationResult: tokens };
}
