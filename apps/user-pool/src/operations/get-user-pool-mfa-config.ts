import type {
  GetUserPoolMfaConfigRequest,
  GetUserPoolMfaConfigResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentMfaConfig } from '../pools/presented-mfa-config.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const getUserPoolMfaConfig = operation<GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse>(
  { UserPoolId: 'text!' },
  (context, { UserPoolId }) => presentMfaConfig(requirePool(context, UserPoolId)),
);
