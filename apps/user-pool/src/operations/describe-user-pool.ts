import type {
  DescribeUserPoolRequest,
  DescribeUserPoolResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentPool } from '../pools/presented-pool.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const describeUserPool = operation<DescribeUserPoolRequest, DescribeUserPoolResponse>(
  { UserPoolId: 'text!' },
  (context, { UserPoolId }) => ({ UserPool: presentPool(context, requirePool(context, UserPoolId)) }),
);
