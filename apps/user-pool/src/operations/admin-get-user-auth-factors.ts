import type {
  AdminGetUserAuthFactorsRequest,
  AdminGetUserAuthFactorsResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentAuthFactors } from '../second-factors/factors.js';
import { requirePool } from '../sign-in/clients.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminGetUserAuthFactors = operation<
  AdminGetUserAuthFactorsRequest,
  AdminGetUserAuthFactorsResponse
>({ UserPoolId: 'text!', Username: 'username!' }, (context, { UserPoolId, Username }) => {
  const pool = requirePool(context, UserPoolId);
  return presentAuthFactors(pool, requireUser(context, pool, Username));
});
