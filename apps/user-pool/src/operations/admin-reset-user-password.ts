import type {
  AdminResetUserPasswordRequest,
  AdminResetUserPasswordResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { sendCode } from '../delivery/codes.js';
import { notResettable, recoveryAttribute } from '../recovery/recovery-channel.js';
import { requirePool } from '../sign-in/clients.js';
import { modifyUser, requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminResetUserPassword = operation<
  AdminResetUserPasswordRequest,
  AdminResetUserPasswordResponse
>(
  { UserPoolId: 'text!', Username: 'username!', ClientMetadata: 'map' },
  async (context, { UserPoolId, Username, ClientMetadata: clientMetadata }) => {
    const pool = requirePool(context, UserPoolId);
    const user = requireUser(context, pool, Username);
    if (user.status === 'UNCONFIRMED') throw notResettable();
    const attribute = recoveryAttribute(pool, user);
    modifyUser(context, user, { status: 'RESET_REQUIRED' });
    await sendCode(context, { pool, user }, { purpose: 'reset', kind: 'reset', attribute, clientMetadata });
    return {};
  },
);
