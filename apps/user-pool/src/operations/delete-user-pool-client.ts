import type { DeleteUserPoolClientRequest } from '@aws-sdk/client-cognito-identity-provider';
import { requireClientOfPool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const deleteUserPoolClient = operation<DeleteUserPoolClientRequest, object>(
  { UserPoolId: 'text!', ClientId: 'text!' },
  (context, { UserPoolId, ClientId }) => {
    context.database.removeClient(requireClientOfPool(context, UserPoolId, ClientId).client);
    return {};
  },
);
