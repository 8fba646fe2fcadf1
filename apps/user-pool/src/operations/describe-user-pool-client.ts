import type {
  DescribeUserPoolClientRequest,
  DescribeUserPoolClientResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentClient } from '../pools/presented-client.js';
import { requireClientOfPool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const describeUserPoolClient = operation<
  DescribeUserPoolClientRequest,
  DescribeUserPoolClientResponse
>({ UserPoolId: 'text!', ClientId: 'text!' }, (context, { UserPoolId, ClientId }) => ({
  UserPoolClient: presentClient(requireClientOfPool(context, UserPoolId, ClientId).client),
}));
