import type { GetUserPoolMfaConfigResponse } from '@aws-sdk/client-cognito-identity-provider';
import type { Pool } from '../state/records.js';

export const presentMfaConfig = ({
  settings,
  factors,
  emailMfa,
  webAuthn,
}: Pool): GetUserPoolMfaConfigResponse => ({
  MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
  SoftwareTokenMfaConfiguration: { Enabled: factors.includes('SOFTWARE_TOKEN_MFA') },
  ...(factors.includes('SMS_MFA') && {
    SmsMfaConfiguration: {
      SmsAuthenticationMessage: settings.SmsAuthenticationMessage,
      SmsConfiguration: settings.SmsConfiguration,
    },
  }),
  ...(factors.includes('EMAIL_MFA') && { EmailMfaConfiguration: emailMfa ?? {} }),
  ...(webAuthn && { WebAuthnConfiguration: webAuthn }),
});
