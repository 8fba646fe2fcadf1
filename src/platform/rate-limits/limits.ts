/** What is counted: each kind has counts of its own. */
export type Kind =
  | 'sign-in'
  | 'refresh'
  | 'sign-out'
  | 'challenge'
  | 'forgot'
  | 'reset'
  | 'change'
  | 'sign-up'
  | 'confirmation'
  | 'cancellation';

/** Whose tries are counted together. */
export type Scope = 'subnet' | 'address' | 'account';

/** So many tries within so many seconds, counted from the first of them. */
export interface Limit {
  scope: Scope;
  tries: number;
  seconds: number;
}

export interface KindLimits {
  /** In the order in which they are asked; the first that is used up refuses, and the rest do not count the try. */
  limits: readonly Limit[];
  /** A try that ended well does not count: what is limited is guessing. One that our own trouble ended never does. */
  successIsFree: boolean;
}

const minute = 60;
const hour = 3600;

/**
 * An office or a school is one address and signs in free of charge; these are wrong passwords. Before the account's, so
 * that whoever is refused here cannot use up the tries of people whose address he knows.
 */
const guessesByPlace: Limit[] = [
  { scope: 'subnet', tries: 300, seconds: minute },
  { scope: 'address', tries: 60, seconds: minute },
  { scope: 'address', tries: 600, seconds: hour },
];

/** Each of these has a mail sent to somebody. Cognito allows a person five to twenty an hour ("Quotas in Amazon Cognito"). */
const mails: KindLimits = {
  limits: [
    { scope: 'address', tries: 30, seconds: hour },
    { scope: 'account', tries: 5, seconds: hour },
  ],
  successIsFree: false,
};

export const kinds: Record<Kind, KindLimits> = {
  'sign-in': {
    limits: [
      ...guessesByPlace,
      // As many as Cognito takes before its own lock-out, whose text nobody shall see. Thirty is a day of mistyping.
      { scope: 'account', tries: 5, seconds: minute },
      { scope: 'account', tries: 30, seconds: hour },
    ],
    successIsFree: true,
  },
  // A code has six digits: thirty tries an hour find it in two years, were it the same for so long.
  challenge: {
    limits: [
      ...guessesByPlace,
      { scope: 'account', tries: 5, seconds: minute },
      { scope: 'account', tries: 30, seconds: hour },
    ],
    successIsFree: true,
  },
  forgot: mails,
  'sign-up': mails,
  // A mailed code is guessed as well, and the right one is found in the mail at once.
  reset: {
    limits: [...guessesByPlace, { scope: 'account', tries: 10, seconds: hour }],
    successIsFree: true,
  },
  // Tokens cannot be guessed, and each has its own count of passwords; this keeps the database from being asked for ever.
  confirmation: { limits: guessesByPlace, successIsFree: true },
  // Its answer is the same for every token, so that each counts.
  cancellation: { limits: guessesByPlace, successIsFree: false },
  // Tokens cannot be guessed, but each one that is made up costs a question to Cognito, which allows so many a second.
  refresh: { limits: guessesByPlace, successIsFree: true },
  'sign-out': {
    limits: [
      { scope: 'subnet', tries: 600, seconds: minute },
      { scope: 'address', tries: 300, seconds: minute },
    ],
    successIsFree: false,
  },
  // Cognito counts these by person, five an hour.
  change: { limits: guessesByPlace, successIsFree: true },
};
