import type { GetUserRequest, GetUserResponse } from '@aws-sdk/client-cognito-identity-provider';
import { presentFactors } from '../second-factors/factors.js';
import { mayRead } from '../state/client-rules.js';
import { readAccessToken } from '../tokens/access-token.js';
import { toAttributeList } from '../users/attributes.js';
import { operation } from '../wire/operation.js';

export const getUser = operation<GetUserRequest, GetUserResponse>(
  { AccessToken: 'text!' },
  (context, { AccessToken }) => {
    const { client, user } = readAccessToken(context, AccessToken);
    const isReadable = ({ Name = '' }) => Name === 'sub' || mayRead(client.settings, Name);
    return {
      Username: user.username,
      UserAttributes: toAttributeList(user).filter(isReadable),
      ...presentFactors(user),
    };
  },
);
