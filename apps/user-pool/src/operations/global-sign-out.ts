import type { GlobalSignOutRequest, GlobalSignOutResponse } from '@aws-sdk/client-cognito-identity-provider';
import { readAccessToken } from '../tokens/access-token.js';
import { newSessionEpoch, updateUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const globalSignOut = operation<GlobalSignOutRequest, GlobalSignOutResponse>(
  { AccessToken: 'text!' },
  (context, { AccessToken }) => {
    const { user } = readAccessToken(context, AccessToken);
    updateUser(context, user, { sessionEpoch: newSessionEpoch(context) });
    return {};
  },
);
