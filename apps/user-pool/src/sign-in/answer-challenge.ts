import type { Context } from '../context.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import {
  answerSelection,
  answerSentCode,
  answerSetup,
  answerTotp,
} from '../second-factors/answer-second-factor.js';
import { challengeFactor } from '../second-factors/second-factor-challenge.js';
import type { Holder } from '../tokens/session.js';
import type { ClientMetadata } from '../triggers/client-metadata.js';
import { findUser } from '../users/users.js';
import { invalidParameter, notAuthorized } from '../wire/errors.js';
import type { Caller } from './begin-sign-in.js';
import { readChallenge, type Challenge } from './challenge-session.js';
import { requireParameter, type ClientOfPool } from './clients.js';
import { continueSignIn, finishSignIn, type Step } from './continue-sign-in.js';
import { answerNewPassword } from './new-password.js';
import type { SignInResponse } from './sign-in-response.js';
import { answerPasswordVerifier } from './srp-sign-in.js';

interface Answer {
  ChallengeName: string;
  ChallengeResponses?: Record<string, string> | undefined;
  Session?: string | undefined;
  ClientMetadata?: ClientMetadata;
}
type Answers = Record<string, string>;

const supported = [
  'EMAIL_MFA',
  'MFA_SETUP',
  'NEW_PASSWORD_REQUIRED',
  'SELECT_MFA_TYPE',
  'SMS_MFA',
  'SOFTWARE_TOKEN_MFA',
];

export async function answerChallenge(
  context: Context,
  owner: ClientOfPool,
  caller: Caller,
  { ChallengeName: name, ChallengeResponses: answers = {}, Session, ClientMetadata: clientMetadata }: Answer,
): Promise<SignInResponse> {
  const username = requireParameter(answers, 'USERNAME');
  checkSecretHash(owner.client, username, answers['SECRET_HASH']);
  const step = stepAfter(caller, clientMetadata);
  if (name === 'PASSWORD_VERIFIER') return answerPasswordVerifier(context, owner, answers, step);
  if (!supported.includes(name)) {
    throw invalidParameter(`The local user pool does not support the challenge ${name}.`);
  }
  const { challenge, holder } = readChallenge(context, owner, Session, name);
  // The session belongs to one user and cannot complete the sign-in of another.
  if (findUser(context, owner.pool, username)?.sub !== challenge.sub) {
    throw notAuthorized('Invalid session for the user.');
  }
  return judge(context, { holder, challenge, answers }, step);
}

/** Only AdminRespondToAuthChallenge passes ClientMetadata to CustomMessage. (API reference, ClientMetadata) */
const stepAfter = (caller: Caller, clientMetadata: ClientMetadata): Step => ({
  clientMetadata,
  messageMetadata: caller === 'administrator' ? clientMetadata : undefined,
});

async function judge(
  context: Context,
  { holder, challenge, answers }: { holder: Holder; challenge: Challenge; answers: Answers },
  step: Step,
): Promise<SignInResponse> {
  switch (challenge.name) {
    case 'NEW_PASSWORD_REQUIRED': {
      const user = await answerNewPassword(context, holder, challenge, answers);
      const source = 'TokenGeneration_NewPasswordChallenge';
      return continueSignIn(context, { ...holder, user }, { ...step, source });
    }
    case 'SELECT_MFA_TYPE': {
      const factor = answerSelection(context, holder, challenge, answers);
      return challengeFactor(context, holder, factor, step.messageMetadata);
    }
    case 'SOFTWARE_TOKEN_MFA':
      answerTotp(context, holder, challenge, answers);
      break;
    case 'MFA_SETUP':
      answerSetup(context, holder, challenge);
      break;
    default:
      answerSentCode(context, challenge, answers);
  }
  return finishSignIn(context, holder, step);
}
