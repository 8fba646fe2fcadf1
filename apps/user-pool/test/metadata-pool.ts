import { beforeAll, beforeEach } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { openTestLambda, openTestPool, type TriggerEvent } from './support.js';

/** The ClientMetadata of these tests. */
export const ClientMetadata = { device: 'phone' };

const ExplicitAuthFlows = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
] as const;
const triggers = [
  'CustomMessage',
  'PostAuthentication',
  'PostConfirmation',
  'PreAuthentication',
  'PreSignUp',
  'PreTokenGeneration',
  'UserMigration',
];

/** The migration trigger knows addresses that start with `old`. */
function answer(event: TriggerEvent): object {
  if (!event.triggerSource.startsWith('UserMigration') || !event.userName.startsWith('old')) return event;
  const userAttributes = { email: event.userName, email_verified: 'true' };
  return { ...event, response: { userAttributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' } };
}

/** A pool with all triggers and optional second factors. */
export function openMetadataPool() {
  const lambda = openTestLambda('trigger');
  const pool = openTestPool({}, { ExplicitAuthFlows: [...ExplicitAuthFlows] }, () => ({
    lambdaEndpoint: lambda.url,
  }));
  beforeAll(async () => {
    const UserPoolId = pool.poolId;
    const LambdaConfig = Object.fromEntries(triggers.map((name) => [name, 'trigger']));
    await pool.sdk.updateUserPool({ UserPoolId, LambdaConfig, AutoVerifiedAttributes: ['email'] });
    await pool.sdk.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: 'OPTIONAL',
      SmsMfaConfiguration: {},
      EmailMfaConfiguration: {},
    });
  });
  beforeEach(() => {
    lambda.run = answer;
  });

  /** The triggers that ran for a call, with the member that contained the ClientMetadata. */
  const reached = async (call: () => Promise<unknown>): Promise<Record<string, string>> => {
    lambda.events.length = 0;
    await call();
    const named = ({ request }: TriggerEvent) =>
      Object.keys(request).filter((name) => isDeepStrictEqual(request[name], ClientMetadata));
    return Object.fromEntries(
      lambda.events.map((event) => [event.triggerSource, named(event).join() || 'nothing']),
    );
  };
  return { pool, lambda, reached };
}
