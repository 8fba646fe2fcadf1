import type { AdminGetUserRequest, AdminGetUserResponse } from '@aws-sdk/client-cognito-identity-provider';
import { presentFactors } from '../second-factors/factors.js';
import { requirePool } from '../sign-in/clients.js';
import { presentUser } from '../users/presented-user.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminGetUser = operation<AdminGetUserRequest, AdminGetUserResponse>(
  { UserPoolId: 'text!', Username: 'username!' },
  (context, { UserPoolId, Username }) => {
    const user = requireUser(context, requirePool(context, UserPoolId), Username);
    const { Attributes, ...rest } = presentUser(user);
    return { ...rest, Username: user.username, UserAttributes: Attributes, ...presentFactors(user) };
  },
);
