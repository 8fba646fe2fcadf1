import type {
  VerifySoftwareTokenRequest,
  VerifySoftwareTokenResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { readEnrolment } from '../second-factors/enrolment.js';
import { checkTotp } from '../second-factors/totp.js';
import { openChallenge, spendChallenge } from '../sign-in/challenge-session.js';
import { modifyUser } from '../users/users.js';
import { ServiceError, totpNotEnabled } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** Verifies that the app has the secret. The factor is enabled separately, with the MFA preference. */
export const verifySoftwareToken = operation<VerifySoftwareTokenRequest, VerifySoftwareTokenResponse>(
  { AccessToken: 'text', Session: 'text', UserCode: 'text!', FriendlyDeviceName: 'text' },
  (context, request) => {
    const { holder, challenge } = readEnrolment(context, request);
    const { user } = holder;
    const secret = challenge ? challenge.data['secret'] : user.pendingAuthenticatorSecret;
    if (secret === undefined) throw totpNotEnabled();
    const usedStep = checkFirstCode(context, secret, request.UserCode);
    if (challenge) spendChallenge(context, challenge);
    const deviceName = request.FriendlyDeviceName;
    const authenticator = { secret, usedStep, ...(deviceName !== undefined && { deviceName }) };
    modifyUser(context, user, { authenticator, pendingAuthenticatorSecret: undefined });
    if (!challenge) return { Status: 'SUCCESS' };
    return { Status: 'SUCCESS', Session: openChallenge(context, holder, 'MFA_SETUP', { verified: 'true' }) };
  },
);

function checkFirstCode(context: Context, secret: string, code: string): number {
  try {
    return checkTotp(context, secret, code, 0);
  } catch {
    throw new ServiceError(
      'EnableSoftwareTokenMFAException',
      'Code mismatch and fail enable Software Token MFA',
    );
  }
}
