import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Config } from '../platform/config/config.js';

/** Above the most requests one process has under way, or they wait for each other. */
const maxSockets = 256;

/** Milliseconds. Cognito itself answers in well under a second. */
export const shortTimeout = 6000;

/** Milliseconds. Cognito gives a trigger three tries of five seconds before it answers. */
export const triggerTimeout = 17_000;

export type PoolAddress = Pick<Config['cognito'], 'region' | 'endpoint' | 'userPoolId'>;

/** For what needs no AWS credentials. An operation that does must not send the SDK searching files and the network. */
export function createCognitoClient(cognito: Config['cognito']): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    ...options(cognito),
    credentials: () => Promise.reject(new Error('this client has no AWS credentials')),
  });
}

/** For `Admin*` and the like, with credentials from wherever the SDK finds them. */
export function createAdminClient(cognito: PoolAddress): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient(options(cognito));
}

/** One client for the life of the process. Every option that has one is given, or the SDK looks for it in files. */
function options({
  region,
  endpoint,
}: Pick<PoolAddress, 'region' | 'endpoint'>): CognitoIdentityProviderClientConfig {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    // The SDK takes LimitExceededException for throttling and sends three requests against an hourly limit.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: shortTimeout,
      // Without this the SDK prints a warning and waits on.
      throwOnRequestTimeout: true,
      // requestTimeout ends with the answer's headers; this is for a body that stalls after them.
      socketTimeout: triggerTimeout,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  };
}
