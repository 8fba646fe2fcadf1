import type { AdminRemoveUserFromGroupRequest } from '@aws-sdk/client-cognito-identity-provider';
import { requireGroup } from '../pools/presented-group.js';
import { requirePool } from '../sign-in/clients.js';
import { requireUser, updateUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

/** Affects tokens that are issued later. */
export const adminRemoveUserFromGroup = operation<AdminRemoveUserFromGroupRequest, object>(
  { UserPoolId: 'text!', Username: 'username!', GroupName: 'username!' },
  (context, { UserPoolId, Username, GroupName }) => {
    const pool = requirePool(context, UserPoolId);
    requireGroup(context, pool, GroupName);
    const user = requireUser(context, pool, Username);
    updateUser(context, user, { groups: user.groups.filter((name) => name !== GroupName) });
    return {};
  },
);
