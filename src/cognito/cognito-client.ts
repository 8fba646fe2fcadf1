import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { Config } from '../platform/config/config.js';

/** Above the most requests one process has under way, or they wait for each other. */
const maxSockets = 256;

/**
 * One client for the life of the process. Every option that has one is given, or the SDK looks for it in files.
 * A first sign-in may take three tries of a five-second trigger, hence the long request time-out.
 */
export function createCognitoClient({ region, endpoint }: Config['cognito']): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    // The SDK takes LimitExceededException for throttling and sends three requests against an hourly limit.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: 17_000,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });
}
