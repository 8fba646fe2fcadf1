import type { AdminDeleteUserRequest } from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminDeleteUser = operation<AdminDeleteUserRequest, object>(
  { UserPoolId: 'text!', Username: 'username!' },
  (context, { UserPoolId, Username }) => {
    context.database.removeUser(requireUser(context, requirePool(context, UserPoolId), Username));
    return {};
  },
);
