import type {
  AssociateSoftwareTokenRequest,
  AssociateSoftwareTokenResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { readEnrolment } from '../second-factors/enrolment.js';
import { newTotpSecret } from '../second-factors/totp.js';
import { openChallenge, spendChallenge } from '../sign-in/challenge-session.js';
import { updateUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const associateSoftwareToken = operation<
  AssociateSoftwareTokenRequest,
  AssociateSoftwareTokenResponse
>({ AccessToken: 'text', Session: 'text' }, (context, request) => {
  const { holder, challenge } = readEnrolment(context, request);
  const secret = newTotpSecret(context);
  if (!challenge) {
    updateUser(context, holder.user, { pendingAuthenticatorSecret: secret });
    return { SecretCode: secret };
  }
  spendChallenge(context, challenge);
  return { SecretCode: secret, Session: openChallenge(context, holder, 'MFA_SETUP', { secret }) };
});
