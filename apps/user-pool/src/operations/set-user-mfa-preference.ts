import type {
  SetUserMFAPreferenceRequest,
  SetUserMFAPreferenceResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { factorSetting, setPreferences } from '../second-factors/preferences.js';
import { readAccessToken } from '../tokens/access-token.js';
import { operation } from '../wire/operation.js';

export const setUserMfaPreference = operation<SetUserMFAPreferenceRequest, SetUserMFAPreferenceResponse>(
  {
    AccessToken: 'text!',
    SMSMfaSettings: factorSetting,
    SoftwareTokenMfaSettings: factorSetting,
    EmailMfaSettings: factorSetting,
  },
  (context, { AccessToken, ...preferences }) => {
    const { pool, user } = readAccessToken(context, AccessToken);
    setPreferences(context, pool, user, preferences);
    return {};
  },
);
