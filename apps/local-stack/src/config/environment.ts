export type Environment = Record<string, string>;

/** The addresses and secrets of the stack that the API and the Lambda need. */
export interface StackParts {
  apiPort: number;
  databaseUrl: string;
  smtpUrl: string;
  /** LEGACY_SOURCE of the demo; absent for the adopted table. */
  legacySource?: string;
  secrets: { session: string; migrationAccessToken: string };
  /** Absent if the user configured a pool. */
  localPool?: { url: string; lambdaUrl: string; userPoolId: string; clientId: string };
}

export const defaultRegion = 'us-east-1';

/** An empty variable counts as not set, as in the API. */
export function givenVariables(env: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
}

/** The API's environment. Variables set by the user take precedence, except PORT, which may be 0 for any port. */
export function apiEnvironment(given: Environment, parts: StackParts): Environment {
  const environment: Environment = {
    HOST: '127.0.0.1',
    DATABASE_URL: parts.databaseUrl,
    AWS_REGION: defaultRegion,
    MIGRATION_ACCESS_TOKENS: parts.secrets.migrationAccessToken,
    SESSION_SECRETS: parts.secrets.session,
    SMTP_URL: parts.smtpUrl,
    MAIL_FROM: 'Usher <usher@localhost.localdomain>',
    PAGES: 'on',
    CORS_ORIGINS: 'http://localhost:*,http://127.0.0.1:*',
    ...(parts.legacySource && { LEGACY_SOURCE: parts.legacySource }),
    ...(parts.localPool && poolVariables(parts.localPool)),
    ...given,
    PORT: String(parts.apiPort),
  };
  // The SDK prefers a profile to keys and would fail on an expired one. The local pool accepts any keys.
  if (parts.localPool) delete environment.AWS_PROFILE;
  return { PUBLIC_URL: apiUrl(environment), ...environment };
}

function poolVariables({
  url,
  lambdaUrl,
  userPoolId,
  clientId,
}: NonNullable<StackParts['localPool']>): Environment {
  return {
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_CLIENT_ID: clientId,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: url,
    AWS_ENDPOINT_URL_LAMBDA: lambdaUrl,
    // The pool itself answers for the logs of its import jobs.
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url,
    COGNITO_ISSUER: `${url}/${userPoolId}`,
    COGNITO_JWKS_URL: `${url}/${userPoolId}/.well-known/jwks.json`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** @param apiUrl also the address of the hosted pages, unless the user set PUBLIC_URL */
export function lambdaEnvironment(given: Environment, apiUrl: string, generatedToken: string): Environment {
  const environment: Environment = {
    MIGRATION_API_URL: given.MIGRATION_API_URL ?? apiUrl,
    MIGRATION_ACCESS_TOKEN:
      given.MIGRATION_ACCESS_TOKEN ?? firstOf(given.MIGRATION_ACCESS_TOKENS) ?? generatedToken,
    PUBLIC_URL: given.PUBLIC_URL ?? apiUrl,
  };
  const { APP_NAME, LEGACY_ID_ATTRIBUTE, USER_ATTRIBUTES } = given;
  return {
    ...environment,
    ...(APP_NAME && { APP_NAME }),
    ...(LEGACY_ID_ATTRIBUTE && { LEGACY_ID_ATTRIBUTE }),
    ...(USER_ATTRIBUTES && { USER_ATTRIBUTES }),
  };
}

/** The URL of the API on this machine, for any listen address. */
export function apiUrl({ HOST: host = '127.0.0.1', PORT: port = '' }: Environment): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const name = everywhere[host] ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function firstOf(list: string | undefined): string | undefined {
  return list
    ?.split(',')
    .map((entry) => entry.trim())
    .find((entry) => entry !== '');
}
