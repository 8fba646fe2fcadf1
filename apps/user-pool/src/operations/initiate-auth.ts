import type { InitiateAuthRequest } from '@aws-sdk/client-cognito-identity-provider';
import { beginSignIn } from '../sign-in/begin-sign-in.js';
import { requireClient } from '../sign-in/clients.js';
import type { SignInResponse } from '../sign-in/sign-in-response.js';
import { operation } from '../wire/operation.js';

export const initiateAuth = operation<InitiateAuthRequest, SignInResponse>(
  {
    AuthFlow: 'text!',
    AuthParameters: 'map',
    ClientId: 'text!',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  (context, request) => beginSignIn(context, requireClient(context, request.ClientId), 'anybody', request),
);
