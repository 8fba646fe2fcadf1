import { afterEach } from '@jest/globals';
import {
  openTestClient,
  openTestLambda,
  openTestPool,
  type TestFunction,
  type TriggerEvent,
} from './support.js';

export const email = 'old@example.com';
export const oldPassword = 'short';
export const generic = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };

/** A response of the migration trigger for a known user. */
export const knows = (event: TriggerEvent, response: object = {}) => ({
  ...event,
  response: {
    userAttributes: { email, email_verified: 'true', 'custom:rails_app_id': '17' },
    finalUserStatus: 'CONFIRMED',
    messageAction: 'SUPPRESS',
    ...response,
  },
});

/** A pool with a migration trigger, emptied before each test. */
export function openMigratingPool() {
  const lambda = openTestLambda('migrate-user');
  const pool = openTestPool({}, {}, () => ({ lambdaEndpoint: lambda.url, lambdaTimeout: 1000 }));
  /** A client of the same pool without PreventUserExistenceErrors. */
  const legacy = openTestClient(pool, { PreventUserExistenceErrors: 'LEGACY' });
  const users = async () => (await pool.sdk.listUsers({ UserPoolId: pool.poolId })).Users ?? [];
  afterEach(async () => {
    for (const { Username } of await users()) {
      await pool.sdk.adminDeleteUser({ UserPoolId: pool.poolId, Username });
    }
  });
  const start = async (migrate: TestFunction, UserMigration = 'migrate-user') => {
    lambda.events.length = 0;
    lambda.run = migrate;
    const LambdaConfig = { UserMigration };
    await pool.sdk.updateUserPool({ UserPoolId: pool.poolId, LambdaConfig });
  };
  return { lambda, pool, legacy, users, start };
}
