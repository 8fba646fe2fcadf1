import type {
  AdminDisableUserRequest,
  AdminDisableUserResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { modifyUser, newSessionEpoch, requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

/** Revokes all tokens of the user. They stay revoked when the user is enabled again. */
export const adminDisableUser = operation<AdminDisableUserRequest, AdminDisableUserResponse>(
  { UserPoolId: 'text!', Username: 'username!' },
  (context, { UserPoolId, Username }) => {
    const user = requireUser(context, requirePool(context, UserPoolId), Username);
    modifyUser(context, user, { enabled: false, sessionEpoch: newSessionEpoch(context) });
    return {};
  },
);
