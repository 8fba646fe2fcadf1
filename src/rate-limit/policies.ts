/** Prefixes of the keys in the table, and values of the metric label `kind`. */
export type PolicyName =
  | 'sign-in'
  | 'refresh'
  | 'sign-out'
  | 'challenge'
  | 'forgot'
  | 'reset'
  | 'change'
  | 'proof'
  | 'sign-up'
  | 'confirmation'
  | 'cancellation'
  | 'signed-in'
  | 'refreshed'
  | 'migration-token';

/**
 * `device` and `reset` count requests with a sealed cookie (docs/security.md) instead of the account; `known-resets` counts
 * all resets of an account with such a cookie.
 */
export type Scope = 'subnet' | 'address' | 'account' | 'device' | 'reset' | 'known-resets';

/** Attempts within a period that begins with the first one. */
export interface Limit {
  scope: Scope;
  attempts: number;
  seconds: number;
}

export interface RateLimitPolicy {
  /** Checked in this order; the first one that is reached refuses, and later ones do not count the attempt. */
  limits: readonly Limit[];
  /** A successful attempt does not count. One that failed with a 5xx status never counts. */
  skipSuccessful: boolean;
  /** An attempt that one limit refuses does not count for the limits before it either. */
  skipLimited?: boolean;
  /** A second policy that counts only successful attempts; also checked before the attempt. */
  successes?: PolicyName;
}

const minute = 60;
const hour = 3600;

/**
 * Failed attempts only, because many users can share an address. Before the account's limits, so that a client refused here
 * cannot use up the attempts of an account.
 */
const guessesByNetwork: Limit[] = [
  { scope: 'subnet', attempts: 300, seconds: minute },
  { scope: 'address', attempts: 60, seconds: minute },
  { scope: 'address', attempts: 600, seconds: hour },
];

/** Five: the number of failed attempts before Cognito's own lockout, whose message must not be reached. */
const guesses = (scope: Scope): Limit[] => [
  { scope, attempts: 5, seconds: minute },
  { scope, attempts: 30, seconds: hour },
];

/** Each attempt sends a mail. Cognito allows 5 to 20 an hour per user ("Quotas in Amazon Cognito"). */
const mails: RateLimitPolicy = {
  limits: [
    { scope: 'address', attempts: 30, seconds: hour },
    { scope: 'account', attempts: 5, seconds: hour },
  ],
  skipSuccessful: false,
};

export const policies: Record<PolicyName, RateLimitPolicy> = {
  'sign-in': {
    limits: [...guessesByNetwork, ...guesses('account'), ...guesses('device')],
    skipSuccessful: true,
    successes: 'signed-in',
  },
  // At 30 attempts an hour a fixed code of six digits would be found in two years on average.
  challenge: {
    limits: [...guessesByNetwork, ...guesses('account'), ...guesses('device')],
    skipSuccessful: true,
    successes: 'signed-in',
  },
  forgot: { ...mails, limits: [...mails.limits, { scope: 'device', attempts: 5, seconds: hour }] },
  'sign-up': mails,
  // Guesses of a mailed code.
  reset: {
    limits: [
      ...guessesByNetwork,
      { scope: 'account', attempts: 10, seconds: hour },
      { scope: 'reset', attempts: 10, seconds: hour },
      // Five requests an hour in shifted hours give an attacker at most 14 valid cookies of 10 attempts within one hour.
      { scope: 'known-resets', attempts: 150, seconds: hour },
    ],
    skipSuccessful: true,
  },
  // Tokens cannot be guessed, and each has its own limit of passwords; this limits database queries.
  confirmation: { limits: guessesByNetwork, skipSuccessful: true },
  // The response is the same for every token, so every attempt counts.
  cancellation: { limits: guessesByNetwork, skipSuccessful: false },
  // Tokens cannot be guessed, but each invented one costs a request of Cognito's quota.
  refresh: { limits: guessesByNetwork, skipSuccessful: true, successes: 'refreshed' },
  'sign-out': {
    limits: [
      { scope: 'subnet', attempts: 600, seconds: minute },
      { scope: 'address', attempts: 300, seconds: minute },
    ],
    skipSuccessful: false,
  },
  // Cognito limits these to five an hour per user.
  change: { limits: guessesByNetwork, skipSuccessful: true },
  // Prevents guessing the password with a stolen access token. The account is the caller's `sub`.
  proof: { limits: guesses('account'), skipSuccessful: true },
  // Limits programs that sign in repeatedly: each sign-in creates a session. The address limit is high, because thousands of
  // users can share an address.
  'signed-in': {
    limits: [
      { scope: 'address', attempts: 600, seconds: minute },
      { scope: 'account', attempts: 30, seconds: minute },
      { scope: 'account', attempts: 300, seconds: hour },
    ],
    skipSuccessful: false,
    skipLimited: true,
  },
  // 50 live sessions with access tokens of 5 minutes, the minimum, make 600 refreshes an hour.
  refreshed: {
    limits: [
      { scope: 'address', attempts: 1200, seconds: minute },
      { scope: 'account', attempts: 60, seconds: minute },
      { scope: 'account', attempts: 1000, seconds: hour },
    ],
    skipSuccessful: false,
    skipLimited: true,
  },
  // Counts only refused tokens, after verification: a valid token is never limited.
  'migration-token': {
    limits: [
      { scope: 'subnet', attempts: 300, seconds: minute },
      { scope: 'address', attempts: 60, seconds: minute },
    ],
    skipSuccessful: false,
  },
};
