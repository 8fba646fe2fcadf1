import type { AdminRespondToAuthChallengeRequest } from '@aws-sdk/client-cognito-identity-provider';
import { answerChallenge } from '../sign-in/answer-challenge.js';
import { requireClientOfPool } from '../sign-in/clients.js';
import type { SignInResponse } from '../sign-in/sign-in-response.js';
import { operation } from '../wire/operation.js';

export const adminRespondToAuthChallenge = operation<AdminRespondToAuthChallengeRequest, SignInResponse>(
  {
    UserPoolId: 'text!',
    ClientId: 'text!',
    ChallengeName: 'text!',
    ChallengeResponses: 'map',
    Session: 'text',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    ContextData: 'ignored',
  },
  (context, request) => {
    const owner = requireClientOfPool(context, request.UserPoolId, request.ClientId);
    return answerChallenge(context, owner, 'administrator', request);
  },
);
