import type { InitiateAuthResponse } from '@aws-sdk/client-cognito-identity-provider';

/** Tokens or a question. The SDK's list of names lacks EMAIL_MFA, which the developer guide has. */
export type SignInAnswer = Omit<InitiateAuthResponse, 'ChallengeName'> & { ChallengeName?: string };
