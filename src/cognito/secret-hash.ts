import { createHmac } from 'node:crypto';

/**
 * What an app client with a secret must send along.
 * Cognito developer guide, "Computing secret hash values".
 * @param username exactly as sent in the same request
 */
export function secretHash(username: string, clientId: string, clientSecret: string): string {
  return createHmac('sha256', clientSecret)
    .update(username + clientId)
    .digest('base64');
}
