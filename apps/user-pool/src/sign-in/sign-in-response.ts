import type { InitiateAuthResponse } from '@aws-sdk/client-cognito-identity-provider';

/** Tokens or a challenge. The SDK's enum lacks EMAIL_MFA, which the developer guide documents. */
export type SignInResponse = Omit<InitiateAuthResponse, 'ChallengeName'> & { ChallengeName?: string };
