import { AdminConnection } from '../cognito/admin-connection.js';
import { CognitoUserDirectory } from '../cognito/cognito-user-directory.js';
import type { UserDirectory } from '../cognito/user-directory.js';
import { Clock } from '../platform/clock/clock.js';
import type { Io } from './command.js';
import { requireVariables } from './config/variables.js';
import { OperatorLog } from './operator-log.js';

/**
 * Runs `work` with the pool, as its administrator.
 * @throws ConfigurationError; AppError `cognito.credentials_missing`
 */
export async function withDirectory<T>(
  io: Io,
  work: (directory: UserDirectory, userPoolId: string) => Promise<T>,
): Promise<T> {
  const variables = requireVariables(
    io.variables(),
    'AWS_REGION',
    'AWS_COGNITO_USER_POOL_ID',
    'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
  );
  const { AWS_REGION: region, AWS_COGNITO_USER_POOL_ID: userPoolId } = variables;
  const endpoint = variables.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
  const [clock, log] = [new Clock(), new OperatorLog(io)];
  const connection = new AdminConnection({ cognito: { region, userPoolId, endpoint } }, clock, log);
  try {
    await connection.requireCredentials();
    return await work(new CognitoUserDirectory(connection, clock, log), userPoolId);
  } finally {
    connection.onApplicationShutdown();
  }
}
