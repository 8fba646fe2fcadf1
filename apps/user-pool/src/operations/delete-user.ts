import type { DeleteUserRequest } from '@aws-sdk/client-cognito-identity-provider';
import { readAccessToken } from '../tokens/access-token.js';
import { operation } from '../wire/operation.js';

export const deleteUser = operation<DeleteUserRequest, object>(
  { AccessToken: 'text!' },
  (context, { AccessToken }) => {
    context.database.removeUser(readAccessToken(context, AccessToken).user);
    return {};
  },
);
