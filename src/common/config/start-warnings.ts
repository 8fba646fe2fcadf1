import type { Config } from './config.js';

/** A setting that weakens security without preventing the start. Names variables, never their values. */
export interface StartWarning {
  message: string;
  variable: string;
  /** The consequence of the setting. */
  effect: string;
  /** The command or assignment that resolves the warning. */
  fix: string;
}

/** Characters: 32 of base64 are 192 random bits. Shorter secrets stay valid, because values sealed with them must stay readable. */
const recommendedLength = 32;

// Prints 64 characters.
const generate = 'openssl rand -base64 48';

type Check = StartWarning & { applies: (config: Config) => boolean };

const checks: readonly Check[] = [
  {
    // Older secrets only unseal.
    applies: ({
      secrets: {
        sessionSecrets: [newest = ''],
      },
    }) => isShort(newest),
    message: `the newest session secret is shorter than ${recommendedLength} characters`,
    variable: 'SESSION_SECRETS',
    effect: 'the keys that seal sessions, mails and private keys are easier to guess',
    fix: `${generate} # put the output before the others, with a comma; with several processes see docs/sessions.md`,
  },
  {
    applies: ({ migration }) => migration.accessTokens.some(isShort),
    message: `a migration access token is shorter than ${recommendedLength} characters`,
    variable: 'MIGRATION_ACCESS_TOKENS',
    effect: 'an attacker who guesses the token can test legacy passwords at POST /aws/auth',
    fix: `${generate} # replace the token here and in MIGRATION_ACCESS_TOKEN of the Lambda; see docs/production.md`,
  },
  {
    applies: ({ monitoring: { metricsAccessTokens = [] } }) => metricsAccessTokens.some(isShort),
    message: `a metrics access token is shorter than ${recommendedLength} characters`,
    variable: 'METRICS_ACCESS_TOKENS',
    effect: 'an attacker who guesses the token can read /metrics',
    fix: `${generate} # replace the token here and in the configuration of Prometheus`,
  },
  {
    applies: ({ http }) => !http.isPublicUrlSet,
    message: 'PUBLIC_URL is not set',
    variable: 'PUBLIC_URL',
    effect: 'links in mails lead to localhost, and cookies have neither Secure nor the prefix __Host-',
    fix: 'PUBLIC_URL=https://auth.example.com # the address at which browsers reach Usher',
  },
  {
    applies: ({ http }) => isUnencrypted(http.publicUrl),
    message: 'PUBLIC_URL has no https',
    variable: 'PUBLIC_URL',
    effect:
      'passwords, tokens and cookies are sent unencrypted; cookies have neither Secure nor the prefix __Host-',
    fix: 'PUBLIC_URL=https://auth.example.com # the address at which browsers reach Usher',
  },
  {
    // The default is a page of PUBLIC_URL.
    applies: ({ http, registration: { confirmationPageUrl: page } }) =>
      page.origin !== http.publicUrl.origin && isUnencrypted(page),
    message: 'CONFIRMATION_PAGE_URL has no https',
    variable: 'CONFIRMATION_PAGE_URL',
    effect: 'the tokens of mailed links are sent unencrypted',
    fix: 'CONFIRMATION_PAGE_URL=https://app.example.com/confirmation # the address of the same page with https',
  },
  {
    applies: ({ limits }) => !limits.rateLimits,
    message: 'rate limits are off',
    variable: 'RATE_LIMITS',
    effect: 'passwords and codes can be guessed without limit; off is for load tests only',
    fix: 'RATE_LIMITS=on # or leave it out',
  },
];

/** Loopback addresses need no https. */
export function startWarnings(config: Config): StartWarning[] {
  return checks
    .filter(({ applies }) => applies(config))
    .map(({ message, variable, effect, fix }) => ({ message, variable, effect, fix }));
}

/** The AWS SDK releases nothing for Node 20 after the first week of January 2027 (https://a.co/c895JFp). */
export function nodeWarning(version = process.version): Omit<StartWarning, 'variable'> | undefined {
  if (Number.parseInt(version.slice(1), 10) >= 22) return undefined;
  return {
    message: `Node ${version.slice(1)} no longer gets security fixes`,
    effect: 'from January 2027 on, new releases of the AWS SDK require Node 22',
    fix: 'run Usher on Node 24, or on 22',
  };
}

function isShort(secret: string): boolean {
  return secret.length < recommendedLength;
}

/** Plain http to another machine. */
export function isUnencrypted({ protocol, hostname }: URL): boolean {
  return protocol !== 'https:' && !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
