import type {
  AdminSetUserPasswordRequest,
  AdminSetUserPasswordResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { day } from '../clock.js';
import { choosePassword } from '../passwords/choose-password.js';
import { requirePool } from '../sign-in/clients.js';
import { temporaryPasswordDays } from '../state/pool-rules.js';
import { modifyUser, requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminSetUserPassword = operation<AdminSetUserPasswordRequest, AdminSetUserPasswordResponse>(
  { UserPoolId: 'text!', Username: 'username!', Password: 'password!', Permanent: 'boolean' },
  async (context, { UserPoolId, Username, Password, Permanent }) => {
    const pool = requirePool(context, UserPoolId);
    const user = requireUser(context, pool, Username);
    const chosen = await choosePassword(pool, user, Password);
    const expiry = context.clock.now() + temporaryPasswordDays(pool.settings) * day;
    modifyUser(context, user, {
      ...chosen,
      status: Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
      temporaryPasswordExpiresAt: Permanent ? undefined : expiry,
    });
    return {};
  },
);
