import type {
  AdminEnableUserRequest,
  AdminEnableUserResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { modifyUser, requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminEnableUser = operation<AdminEnableUserRequest, AdminEnableUserResponse>(
  { UserPoolId: 'text!', Username: 'username!' },
  (context, { UserPoolId, Username }) => {
    const user = requireUser(context, requirePool(context, UserPoolId), Username);
    modifyUser(context, user, { enabled: true });
    return {};
  },
);
