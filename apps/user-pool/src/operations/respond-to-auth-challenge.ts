import type { RespondToAuthChallengeRequest } from '@aws-sdk/client-cognito-identity-provider';
import { answerChallenge } from '../sign-in/answer-challenge.js';
import { requireClient } from '../sign-in/clients.js';
import type { SignInResponse } from '../sign-in/sign-in-response.js';
import { operation } from '../wire/operation.js';

export const respondToAuthChallenge = operation<RespondToAuthChallengeRequest, SignInResponse>(
  {
    ClientId: 'text!',
    ChallengeName: 'text!',
    ChallengeResponses: 'map',
    Session: 'text',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  (context, request) =>
    answerChallenge(context, requireClient(context, request.ClientId), 'anybody', request),
);
