import type {
  AdminUserGlobalSignOutRequest,
  AdminUserGlobalSignOutResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { newSessionEpoch, requireUser, updateUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminUserGlobalSignOut = operation<
  AdminUserGlobalSignOutRequest,
  AdminUserGlobalSignOutResponse
>({ UserPoolId: 'text!', Username: 'username!' }, (context, { UserPoolId, Username }) => {
  const user = requireUser(context, requirePool(context, UserPoolId), Username);
  updateUser(context, user, { sessionEpoch: newSessionEpoch(context) });
  return {};
});
