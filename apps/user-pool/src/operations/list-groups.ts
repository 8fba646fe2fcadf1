import type { ListGroupsRequest, ListGroupsResponse } from '@aws-sdk/client-cognito-identity-provider';
import { readNumberedPage } from '../pools/paging.js';
import { presentGroup } from '../pools/presented-group.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const listGroups = operation<ListGroupsRequest, ListGroupsResponse>(
  { UserPoolId: 'text!', Limit: 'number', NextToken: 'text' },
  (context, { UserPoolId, Limit, NextToken }) => {
    const page = readNumberedPage(
      context.database.groupsOf(requirePool(context, UserPoolId).id),
      Limit,
      NextToken,
    );
    return { Groups: page.shown.map(presentGroup), ...page.next };
  },
);
