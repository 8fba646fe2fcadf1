import type {
  GetUserAuthFactorsRequest,
  GetUserAuthFactorsResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentAuthFactors } from '../second-factors/factors.js';
import { readAccessToken } from '../tokens/access-token.js';
import { operation } from '../wire/operation.js';

export const getUserAuthFactors = operation<GetUserAuthFactorsRequest, GetUserAuthFactorsResponse>(
  { AccessToken: 'text!' },
  (context, { AccessToken }) => {
    const { pool, user } = readAccessToken(context, AccessToken);
    return presentAuthFactors(pool, user);
  },
);
