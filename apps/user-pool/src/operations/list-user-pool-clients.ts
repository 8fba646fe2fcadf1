import type {
  ListUserPoolClientsRequest,
  ListUserPoolClientsResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { readNumberedPage } from '../pools/paging.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const listUserPoolClients = operation<ListUserPoolClientsRequest, ListUserPoolClientsResponse>(
  { UserPoolId: 'text!', MaxResults: 'number', NextToken: 'text' },
  (context, { UserPoolId, MaxResults, NextToken }) => {
    const clients = context.database.clientsOf(requirePool(context, UserPoolId).id);
    const page = readNumberedPage(clients, MaxResults, NextToken);
    const UserPoolClients = page.shown.map(({ id, poolId, settings }) => ({
      ClientId: id,
      UserPoolId: poolId,
      ClientName: settings.ClientName,
    }));
    return { UserPoolClients, ...page.next };
  },
);
