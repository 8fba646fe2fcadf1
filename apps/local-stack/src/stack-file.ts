import { apiUrl, type Environment } from './config/environment.js';
import type { DemoUser } from './demo-users.js';
import { stackFile, type LocalFolder } from './local-folder.js';

/** `.local/stack.json`: addresses and keys for programs that use a running stack. */
export interface StackFile {
  apiUrl: string;
  userPoolUrl: string;
  region: string;
  userPoolId: string;
  clientId: string;
  databaseUrl: string;
  migrationAccessToken: string;
  lambdaUrl: string;
  /** CloudWatch Logs with the logs of the pool's import jobs. */
  logsUrl: string;
  mailUrl: string;
  demoUsers: DemoUser[];
  /** SESSION_SECRETS of the API, for commands that need the same keys. */
  sessionSecrets?: string;
  /** LEGACY_SOURCE of the API; absent for the adopted table. */
  legacySource?: string;
}

export interface Addresses {
  lambdaUrl: string;
  mailUrl: string;
  migrationAccessToken: string;
  demoUsers: DemoUser[];
}

/** The API's environment takes precedence, because users may override its variables. */
export function describeStack(api: Environment, addresses: Addresses): StackFile {
  const region = api.AWS_REGION ?? '';
  return {
    apiUrl: apiUrl(api),
    userPoolUrl:
      api.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? `https://cognito-idp.${region}.amazonaws.com`,
    region,
    userPoolId: api.AWS_COGNITO_USER_POOL_ID ?? '',
    clientId: api.AWS_COGNITO_CLIENT_ID ?? '',
    databaseUrl: api.DATABASE_URL ?? '',
    migrationAccessToken: addresses.migrationAccessToken,
    lambdaUrl: addresses.lambdaUrl,
    logsUrl: api.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? `https://logs.${region}.amazonaws.com`,
    mailUrl: addresses.mailUrl,
    demoUsers: addresses.demoUsers,
    ...(api.SESSION_SECRETS && { sessionSecrets: api.SESSION_SECRETS }),
    ...(api.LEGACY_SOURCE && { legacySource: api.LEGACY_SOURCE }),
  };
}

export async function writeStackFile(folder: LocalFolder, stack: StackFile): Promise<void> {
  await folder.writeJson(stackFile, stack);
}
