import type {
  AdminSetUserMFAPreferenceRequest,
  AdminSetUserMFAPreferenceResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { factorSetting, setPreferences } from '../second-factors/preferences.js';
import { requirePool } from '../sign-in/clients.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminSetUserMfaPreference = operation<
  AdminSetUserMFAPreferenceRequest,
  AdminSetUserMFAPreferenceResponse
>(
  {
    UserPoolId: 'text!',
    Username: 'username!',
    SMSMfaSettings: factorSetting,
    SoftwareTokenMfaSettings: factorSetting,
    EmailMfaSettings: factorSetting,
  },
  (context, { UserPoolId, Username, ...preferences }) => {
    const pool = requirePool(context, UserPoolId);
    setPreferences(context, pool, requireUser(context, pool, Username), preferences);
    return {};
  },
);
