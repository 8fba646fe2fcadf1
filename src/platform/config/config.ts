import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { BlockedCondition } from '../database/blocked-condition.js';
import { normalised } from './certificate-lists.js';
import { Environment } from './environment.js';

/** Thrown when the environment cannot be used. One line per problem; names variables, never their values. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** What the API is told from outside, read once, typed and frozen. Injected as it is: `config.cognito.userPoolId`. */
export class Config {
  readonly http: {
    readonly port: number;
    readonly host: string;
    readonly publicUrl: URL;
    /** Whose `X-Forwarded-For` is believed. */
    readonly trustedProxies: readonly string[];
    /** Origins whose pages may call us from a browser, besides our own. */
    readonly corsOrigins: readonly string[];
  };
  readonly databaseUrl: string;
  readonly cognito: {
    readonly region: string;
    readonly userPoolId: string;
    readonly clientId: string;
    readonly clientSecret: string | undefined;
    /** App clients whose access tokens open our routes; ours is the first. */
    readonly acceptedClientIds: readonly string[];
    /** The pool attribute that keeps the old id, where this process knows it from the Lambda's variable. */
    readonly legacyIdAttribute: string | undefined;
    readonly endpoint: string | undefined;
    readonly issuer: string;
    readonly jwksUrl: string;
  };
  readonly migration: {
    readonly accessTokens: readonly string[];
    readonly peppers: readonly string[];
    /** The digest of hashes that are plain hexadecimal digits. */
    readonly hashScheme: Environment['LEGACY_HASH_SCHEME'];
    /** Devise's `unlock_in`, in seconds; `undefined` means that a lock never runs out. */
    readonly unlockInSeconds: number | undefined;
    readonly legacyHash: 'keep' | 'erase' | undefined;
    /** When a person of the old application may not sign in; `undefined`: guessed from the columns of the table. */
    readonly blockedWhen: readonly BlockedCondition[] | undefined;
  };
  /** Of the hashes we make: until Cognito has the password, at the first sign-in. */
  readonly bcryptCost: number;
  /** The page that mailed links open; it adds `token` to the query. */
  readonly confirmationPageUrl: URL;
  /** How long after its arrival a refusal is answered, in milliseconds. */
  readonly refusalTimeMs: number;
  readonly sessionSecrets: readonly string[];
  readonly sessions: {
    /** A session unused for this many seconds ends. */
    readonly idleSeconds: number;
    /** A session this many seconds old ends, used or not. */
    readonly absoluteSeconds: number;
  };
  /** Off for load tests only. */
  readonly rateLimits: boolean;
  /** Who may read the metrics from elsewhere; without any, nobody but this machine. */
  readonly metricsAccessTokens: readonly string[] | undefined;
  /** The least that is logged. */
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Where mails go out; without it they wait. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  /** One http-01 challenge by hand (RFC 8555 section 8.3). */
  readonly acmeChallenge: { readonly token: string; readonly keyAuthorization: string } | undefined;
  /** Certificates that renew themselves; `undefined` where none are wanted. */
  readonly acme:
    | {
        /** The names of each: lower case A-labels, each in one certificate only. */
        readonly certificates: readonly (readonly string[])[];
        readonly directoryUrl: string;
        readonly contact: string | undefined;
        /** A PEM file with further CAs that the directory's own certificate may come from. */
        readonly caBundle: string | undefined;
        readonly keyType: Environment['ACME_KEY_TYPE'];
        /** How many days before a certificate's end its contact is written to. */
        readonly warningDays: readonly number[];
        /** Where certificates go; without one they stay in the database. */
        readonly heroku: { readonly app: string; readonly apiKey: string } | undefined;
        readonly files:
          | {
              readonly directory: string;
              readonly reloadCommand: string | undefined;
              readonly checkAddress: { readonly host: string; readonly port: number } | undefined;
            }
          | undefined;
      }
    | undefined;

  constructor(environment: Environment) {
    this.http = {
      port: environment.PORT,
      host: environment.HOST,
      publicUrl: new URL(environment.PUBLIC_URL ?? `http://localhost:${environment.PORT}`),
      trustedProxies: environment.TRUSTED_PROXIES ?? [],
      corsOrigins: environment.CORS_ORIGINS ?? [],
    };
    this.databaseUrl = environment.DATABASE_URL;
    this.cognito = cognito(environment);
    this.migration = {
      accessTokens: environment.MIGRATION_ACCESS_TOKENS,
      peppers: environment.PASSWORD_PEPPERS,
      hashScheme: environment.LEGACY_HASH_SCHEME,
      unlockInSeconds: seconds(environment.LEGACY_UNLOCK_IN),
      legacyHash: environment.LEGACY_HASH,
      blockedWhen: environment.LEGACY_BLOCKED_WHEN,
    };
    this.bcryptCost = environment.BCRYPT_COST;
    this.confirmationPageUrl = new URL(
      environment.CONFIRMATION_PAGE_URL ?? new URL('users/confirmation', withSlash(this.http.publicUrl)),
    );
    this.refusalTimeMs = environment.REFUSAL_TIME_MS;
    this.sessionSecrets = environment.SESSION_SECRETS;
    this.sessions = {
      idleSeconds: seconds(environment.SESSION_IDLE_TIMEOUT) ?? Infinity,
      absoluteSeconds: seconds(environment.SESSION_ABSOLUTE_TIMEOUT) ?? Infinity,
    };
    this.rateLimits = environment.RATE_LIMITS === 'on';
    this.metricsAccessTokens = environment.METRICS_ACCESS_TOKENS;
    this.logLevel = environment.LOG_LEVEL;
    const { SMTP_URL: smtpUrl, MAIL_FROM: from } = environment;
    this.mail = smtpUrl !== undefined && from !== undefined ? { smtpUrl, from } : undefined;
    this.acmeChallenge =
      environment.LETSENCRYPT_KEY !== undefined && environment.LETSENCRYPT_CHALLENGE !== undefined
        ? { token: environment.LETSENCRYPT_KEY, keyAuthorization: environment.LETSENCRYPT_CHALLENGE }
        : undefined;
    this.acme = acme(environment);
    Object.freeze(this);
  }
}

/**
 * Reads and checks environment variables. An empty value counts as not set, as shells and compose files leave it.
 * @throws ConfigurationError with every problem there is, not just the first.
 */
export function loadConfig(variables: Record<string, unknown>): Config {
  const known = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== '' && value !== undefined),
  );
  const environment = plainToInstance(Environment, known, { exposeDefaultValues: true });
  const problems = validateSync(environment).map(({ property, value, constraints }) => {
    const reason = value === undefined ? 'is missing' : Object.values(constraints ?? {})[0];
    return `${property} ${reason}`;
  });
  problems.push(...pairs.flatMap((pair) => halfOf(pair, environment)), ...acmeProblems(environment));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return new Config(environment);
}

/** Variables of which one is of no use without the other. */
const pairs = [
  ['LETSENCRYPT_KEY', 'LETSENCRYPT_CHALLENGE'],
  ['SMTP_URL', 'MAIL_FROM'],
] as const;

function halfOf<Name extends keyof Environment>(
  [one, other]: readonly [Name, Name],
  environment: Pick<Environment, Name>,
): string[] {
  if ((environment[one] === undefined) === (environment[other] === undefined)) return [];
  const missing = environment[one] === undefined ? one : other;
  return [`${missing} is missing: ${one} and ${other} go together`];
}

function cognito(environment: Environment): Config['cognito'] {
  const {
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_CLIENT_ID: clientId,
  } = environment;
  const issuer = environment.COGNITO_ISSUER ?? `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  return {
    region,
    userPoolId,
    clientId,
    clientSecret: environment.AWS_COGNITO_CLIENT_SECRET,
    acceptedClientIds: [clientId, ...(environment.AWS_COGNITO_ACCEPTED_CLIENT_IDS ?? [])],
    legacyIdAttribute: environment.LEGACY_ID_ATTRIBUTE,
    endpoint: environment.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER,
    issuer,
    jwksUrl: environment.COGNITO_JWKS_URL ?? `${issuer}/.well-known/jwks.json`,
  };
}

type AcmeEnvironment = Pick<Environment, Extract<keyof Environment, `ACME_${string}` | `HEROKU_${string}`>>;

/** What is wrong with variables that are each as they should be. A line each, as in `ConfigurationError`. */
export function acmeProblems(environment: AcmeEnvironment): string[] {
  const { ACME_CERTIFICATES: certificates, ACME_TERMS_AGREED: agreed } = environment;
  const terms =
    certificates === undefined || agreed === 'yes'
      ? []
      : ["ACME_TERMS_AGREED must be yes, once you have read the CA's terms of service"];
  return [...terms, ...halfOf(['HEROKU_API_KEY', 'HEROKU_APP'], environment)];
}

/** What is wanted of a CA; a command reads it as well. */
export function acme(environment: AcmeEnvironment): Config['acme'] {
  const { ACME_CERTIFICATES: certificates } = environment;
  if (certificates === undefined) return undefined;
  return {
    certificates: normalised(certificates),
    directoryUrl: environment.ACME_DIRECTORY_URL,
    contact: environment.ACME_CONTACT,
    caBundle: environment.ACME_CA_BUNDLE,
    keyType: environment.ACME_KEY_TYPE,
    warningDays: environment.ACME_WARNING_DAYS,
    heroku: heroku(environment),
    files: files(environment),
  };
}

function heroku({ HEROKU_APP: app, HEROKU_API_KEY: apiKey }: AcmeEnvironment) {
  return app !== undefined && apiKey !== undefined ? { app, apiKey } : undefined;
}

function files({ ACME_CERTIFICATE_DIR: directory, ...environment }: AcmeEnvironment) {
  if (directory === undefined) return undefined;
  const [host, port] = environment.ACME_CHECK_ADDRESS?.split(':') ?? [];
  const checkAddress = host === undefined ? undefined : { host, port: Number(port) };
  return { directory, reloadCommand: environment.ACME_RELOAD_COMMAND, checkAddress };
}

/** A path is kept when something is resolved against it. */
const withSlash = (url: URL): string => url.href.replace(/\/?$/, '/');

const unitSeconds = { minute: 60, hour: 3600, day: 86_400 };

function seconds(period: string): number | undefined {
  const [, count, unit] = /^(\d+)\s*(minute|hour|day)s?$/.exec(period) ?? [];
  return count === undefined ? undefined : Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
}
