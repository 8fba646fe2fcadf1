import type { ListUserPoolsRequest, ListUserPoolsResponse } from '@aws-sdk/client-cognito-identity-provider';
import { readNumberedPage } from '../pools/paging.js';
import { operation } from '../wire/operation.js';

export const listUserPools = operation<ListUserPoolsRequest, ListUserPoolsResponse>(
  { MaxResults: 'number!', NextToken: 'text' },
  (context, { MaxResults, NextToken }) => {
    const page = readNumberedPage([...context.database.pools()], MaxResults, NextToken);
    const UserPools = page.shown.map(({ id, settings, createdAt, modifiedAt }) => ({
      Id: id,
      Name: settings.PoolName,
      LambdaConfig: settings.LambdaConfig ?? {},
      CreationDate: new Date(createdAt),
      LastModifiedDate: new Date(modifiedAt),
    }));
    return { UserPools, ...page.next };
  },
);
