import type { Context } from '../context.js';
import type { Claims } from '../tokens/jwt.js';
import type { Holder } from '../tokens/session.js';
import type { ClientMetadata } from './client-metadata.js';
import { runTrigger, triggerAttributes } from './run-trigger.js';

export type TokenSource =
  'TokenGeneration_Authentication' | 'TokenGeneration_NewPasswordChallenge' | 'TokenGeneration_RefreshTokens';

/** The reason for new tokens, and the caller's ClientMetadata. */
export interface TokenOccasion {
  source: TokenSource;
  clientMetadata?: ClientMetadata;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Claims that the trigger cannot change. (Developer guide, Pre token generation Lambda trigger) */
const fixed = [
  'acr',
  'amr',
  'aud',
  'at_hash',
  'auth_time',
  'azp',
  'cognito:username',
  'exp',
  'iat',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'sub',
  'token_use',
];

/** Returns the claims of the ID token after the trigger. Version 1 cannot change the access token. */
export async function customiseIdClaims(
  context: Context,
  { pool, client, user }: Holder,
  { source, clientMetadata }: TokenOccasion,
  claims: Claims,
): Promise<Claims> {
  const answer = await runTrigger(
    context,
    { pool, client },
    {
      trigger: 'PreTokenGeneration',
      source,
      userName: user.username,
      request: {
        userAttributes: triggerAttributes(user),
        groupConfiguration: { groupsToOverride: user.groups, iamRolesToOverride: [], preferredRole: null },
        clientMetadata: clientMetadata ?? null,
      },
      response: { claimsOverrideDetails: null },
    },
  );
  const details = answer?.['claimsOverrideDetails'];
  return isRecord(details) ? override(claims, details) : claims;
}

function override(claims: Claims, details: Record<string, unknown>): Claims {
  const added = isRecord(details['claimsToAddOrOverride']) ? details['claimsToAddOrOverride'] : {};
  const suppressed = Array.isArray(details['claimsToSuppress']) ? details['claimsToSuppress'] : [];
  const groups = isRecord(details['groupOverrideDetails']) ? details['groupOverrideDetails'] : {};
  const changes = Object.entries(added).filter(([name]) => !fixed.includes(name));
  const kept = Object.entries(claims).filter(([name]) => fixed.includes(name) || !suppressed.includes(name));
  return {
    ...Object.fromEntries([...kept, ...changes]),
    ...(Array.isArray(groups['groupsToOverride']) && { 'cognito:groups': groups['groupsToOverride'] }),
  };
}
