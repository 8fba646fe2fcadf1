import type { AdminInitiateAuthRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beginSignIn } from '../sign-in/begin-sign-in.js';
import { requireClientOfPool } from '../sign-in/clients.js';
import type { SignInResponse } from '../sign-in/sign-in-response.js';
import { operation } from '../wire/operation.js';

export const adminInitiateAuth = operation<AdminInitiateAuthRequest, SignInResponse>(
  {
    UserPoolId: 'text!',
    AuthFlow: 'text!',
    AuthParameters: 'map',
    ClientId: 'text!',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    ContextData: 'ignored',
  },
  (context, request) => {
    const owner = requireClientOfPool(context, request.UserPoolId, request.ClientId);
    return beginSignIn(context, owner, 'administrator', request);
  },
);
