import type {
  AdminListGroupsForUserRequest,
  AdminListGroupsForUserResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { readNumberedPage } from '../pools/paging.js';
import { presentGroup } from '../pools/presented-group.js';
import { requirePool } from '../sign-in/clients.js';
import { groupsOf } from '../users/groups.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminListGroupsForUser = operation<
  AdminListGroupsForUserRequest,
  AdminListGroupsForUserResponse
>(
  { UserPoolId: 'text!', Username: 'username!', Limit: 'number', NextToken: 'text' },
  (context, { UserPoolId, Username, Limit, NextToken }) => {
    const user = requireUser(context, requirePool(context, UserPoolId), Username);
    const page = readNumberedPage(groupsOf(context, user), Limit, NextToken);
    return { Groups: page.shown.map(presentGroup), ...page.next };
  },
);
