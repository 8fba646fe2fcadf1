import { existsSync, readFileSync } from 'node:fs';
import type { Variables } from '../common/config/config-namespace.js';
import { processVariables, setVariables } from '../common/config/process-env.js';

/** What commands use of `.local/stack.json`. The members of a newer or older release may be missing. */
interface StackFile {
  apiUrl?: string;
  userPoolUrl?: string;
  region?: string;
  userPoolId?: string;
  clientId?: string;
  databaseUrl?: string;
  migrationAccessToken?: string;
  lambdaUrl?: string;
  logsUrl?: string;
  sessionSecrets?: string;
  legacySource?: string;
}

/** Milliseconds. */
const answerTimeout = 2000;

/**
 * Sets the variables that are not set from the local stack that runs in the working directory.
 * @returns the line for the operator; `undefined` if there is no stack or nothing was missing
 */
export async function useLocalStack(file = '.local/stack.json'): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const stack = read(file);
  if (stack?.apiUrl === undefined) return `${file} is damaged and is ignored.`;
  const missing = without(variablesOf(stack), processVariables());
  if (Object.keys(missing).length === 0) return undefined;
  if (!(await isRunning(stack)))
    return `${file} is ignored: its local stack does not answer at ${stack.apiUrl}. Start it with npm start, or set the variables.`;
  // The SDK prefers a profile to keys and would fail on an expired one. The local pool accepts any keys.
  setVariables(missing, 'AWS_ACCESS_KEY_ID' in missing ? ['AWS_PROFILE'] : []);
  return `From the local stack (${file}): ${Object.keys(missing).join(', ')}`;
}

function read(file: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StackFile | undefined;
  } catch {
    return undefined;
  }
}

function variablesOf(stack: StackFile): Variables {
  return {
    DATABASE_URL: stack.databaseUrl,
    PUBLIC_URL: stack.apiUrl,
    AWS_REGION: stack.region,
    AWS_COGNITO_USER_POOL_ID: stack.userPoolId,
    AWS_COGNITO_CLIENT_ID: stack.clientId,
    ...(hasLocalPool(stack) && {
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: stack.userPoolUrl,
      COGNITO_ISSUER: `${stack.userPoolUrl}/${stack.userPoolId}`,
      COGNITO_JWKS_URL: signingKeysUrl(stack),
      AWS_ENDPOINT_URL_LAMBDA: stack.lambdaUrl,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: stack.logsUrl,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
    MIGRATION_ACCESS_TOKENS: stack.migrationAccessToken,
    SESSION_SECRETS: stack.sessionSecrets,
    LEGACY_SOURCE: stack.legacySource,
  };
}

/** The stack may also run with a pool in AWS. */
const hasLocalPool = ({ userPoolUrl }: StackFile): boolean =>
  userPoolUrl !== undefined && !/\.amazonaws\.com(\.cn)?$/.test(userPoolUrl);

const signingKeysUrl = ({ userPoolUrl, userPoolId }: StackFile): string =>
  `${userPoolUrl}/${userPoolId}/.well-known/jwks.json`;

/** An empty variable counts as not set, as in the API. */
const without = (variables: Variables, set: Variables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => !!entry[1] && !set[entry[0]]),
  );

/** A killed stack leaves its file. Another stack may have its ports since, but does not know its pool. */
async function isRunning(stack: StackFile): Promise<boolean> {
  const urls = [`${stack.apiUrl}/health/live`, ...(hasLocalPool(stack) ? [signingKeysUrl(stack)] : [])];
  const answers = await Promise.all(urls.map(isFound));
  return answers.every(Boolean);
}

async function isFound(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeout) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
