import type { GetUserPoolMfaConfigResponse } from '@aws-sdk/client-cognito-identity-provider';
import type { Pool } from '../state/records.js';

export const presentMfaConfig = ({ settings, factors }: Pool): GetUserPoolMfaConfigResponse => ({
  MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
  SoftwareTokenMfaConfiguration: { Enabled: factors.includes('SOFTWARE_TOKEN_MFA') },
  ...(factors.includes('SMS_MFA') && {
    SmsMfaConfiguration: {
      ...(settings.SmsConfiguration && { SmsConfiguration: settings.SmsConfiguration }),
    },
  }),
  ...(factors.includes('EMAIL_MFA') && { EmailMfaConfiguration: {} }),
});
