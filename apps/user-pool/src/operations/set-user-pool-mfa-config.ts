import type {
  SetUserPoolMfaConfigRequest,
  SetUserPoolMfaConfigResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentMfaConfig } from '../pools/presented-mfa-config.js';
import { requirePool } from '../sign-in/clients.js';
import type { Factor, Pool } from '../state/records.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';
import { flag, oneOf, record, text } from '../wire/rules.js';
import { mfaMode, smsConfiguration } from '../pools/pool-members.js';

/** Replaces the whole configuration: a factor that is not in the request is switched off. */
export const setUserPoolMfaConfig = operation<SetUserPoolMfaConfigRequest, SetUserPoolMfaConfigResponse>(
  {
    UserPoolId: 'text!',
    SmsMfaConfiguration: record({ SmsAuthenticationMessage: text, SmsConfiguration: smsConfiguration }),
    SoftwareTokenMfaConfiguration: record({ Enabled: flag }),
    EmailMfaConfiguration: record({ Message: text, Subject: text }),
    MfaConfiguration: mfaMode,
    // Passkeys are not supported; the configuration is stored without effect.
    WebAuthnConfiguration: record({
      RelyingPartyId: text,
      UserVerification: oneOf('required', 'preferred'),
      FactorConfiguration: oneOf('SINGLE_FACTOR', 'MULTI_FACTOR_WITH_USER_VERIFICATION'),
    }),
  },
  (context, request) => {
    const pool = requirePool(context, request.UserPoolId);
    const factors: Factor[] = [];
    if (request.SmsMfaConfiguration) factors.push('SMS_MFA');
    if (request.SoftwareTokenMfaConfiguration?.Enabled) factors.push('SOFTWARE_TOKEN_MFA');
    if (request.EmailMfaConfiguration) factors.push('EMAIL_MFA');
    const mode = request.MfaConfiguration ?? 'OFF';
    if (mode !== 'OFF' && factors.length === 0) {
      throw invalidParameter(
        'Invalid MFA configuration given, can not turn on MFA without any enabled factor.',
      );
    }
    const { EmailMfaConfiguration: emailMfa, WebAuthnConfiguration: webAuthn } = request;
    const settings = { ...pool.settings, ...request.SmsMfaConfiguration, MfaConfiguration: mode };
    const modifiedAt = context.clock.now();
    const changed: Pool = { ...pool, settings, factors, emailMfa, webAuthn, modifiedAt };
    context.database.savePool(changed);
    return presentMfaConfig(changed);
  },
);
