import { types } from 'node:util';
import type { ErrorCode } from '#contracts';
import { AppError, type FieldFault } from '../platform/errors/app-error.js';
import { type Asked, meanings } from './exceptions.js';

/** Seconds. Cognito's limits for a person are hourly ("Quotas in Amazon Cognito"); a quarter is a fair first guess. */
const hourlyLimitWait = 900;
const shortWait = 5;

/**
 * Cognito's exception in our words. Branches on names; on texts only where one name covers our fault and theirs, because
 * texts are no contract.
 */
export function toAppError(asked: Asked, error: unknown): AppError {
  if (!types.isNativeError(error)) return new AppError('internal', { cause: error });
  const code = byText(asked, error) ?? meanings[asked][error.name] ?? unheardOf(error);
  if (code === 'too_many_requests') return new AppError(code, { cause: error, retryAfter: hourlyLimitWait });
  if (code === 'cognito.unavailable') return new AppError(code, { cause: error, retryAfter: shortWait });
  if (code === 'passwords.policy') {
    return new AppError(code, { cause: error, errors: [brokenRule(asked, error)] });
  }
  if (code === 'request.invalid' && asked === 'challenge')
    return new AppError(code, { cause: error, errors: [faultyAnswer(error)] });
  return new AppError(code, { cause: error });
}

interface TextRule {
  names: string[];
  /** All of them, when left out. */
  asked?: Asked[];
  text: RegExp;
  code: ErrorCode;
}

const steps: Asked[] = ['challenge', 'associate-totp-in-sign-in', 'verify-totp-in-sign-in'];
const onBehalf: Asked[] = [
  'associate-totp',
  'verify-totp',
  'prefer-totp',
  'global-sign-out',
  'change-password',
];

/** Where a name says too little. The first that fits counts. */
const textRules: TextRule[] = [
  // A client with a secret and no hash, or the other way round: our configuration, never "wrong password".
  { names: ['NotAuthorizedException', 'UnauthorizedException'], text: /secret/i, code: 'internal' },
  // A client that does not hide users says so when the migration trigger may not be called or answers nonsense.
  { names: ['UserNotFoundException'], text: /migrat|schema/i, code: 'internal' },
  // A name that is no user name in this pool: its settings do not fit us, whoever signs in.
  { names: ['InvalidParameterException'], asked: ['sign-in'], text: /cannot be of/i, code: 'internal' },
  // No token at all. Anything else that is wrong with a refresh is our configuration, and no reason to end a session.
  {
    names: ['InvalidParameterException'],
    asked: ['refresh'],
    text: /'refreshtoken'|invalid refresh token/i,
    code: 'auth.token_invalid',
  },
  // "Invalid session for the user", "..., session is expired", "..., session can only be used once".
  {
    names: ['NotAuthorizedException'],
    asked: steps,
    text: /invalid session|auth state/i,
    code: 'auth.challenge_expired',
  },
  {
    names: ['NotAuthorizedException'],
    asked: ['challenge'],
    text: /cannot modify/i,
    code: 'request.invalid',
  },
  // The token is alive, but another product's client got it for other purposes.
  { names: ['NotAuthorizedException'], asked: onBehalf, text: /scope/i, code: 'auth.forbidden' },
  // "Incorrect username or password.": the token is fine.
  {
    names: ['NotAuthorizedException'],
    asked: ['change-password'],
    text: /incorrect/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['NotAuthorizedException'],
    asked: ['change-password'],
    text: /attempts exceeded/i,
    code: 'too_many_requests',
  },
  // Shorter than any password can be.
  {
    names: ['InvalidParameterException'],
    asked: ['change-password'],
    text: /at 'previouspassword'/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['InvalidParameterException'],
    asked: ['change-password'],
    text: /at 'accesstoken'/i,
    code: 'auth.token_invalid',
  },
  {
    names: ['InvalidParameterException'],
    asked: ['sign-in'],
    text: /username/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['InvalidParameterException'],
    asked: ['verify-totp', 'verify-totp-in-sign-in'],
    text: /code/i,
    code: 'auth.code_wrong',
  },
  {
    names: ['InvalidParameterException'],
    asked: steps,
    text: /'session'/i,
    code: 'auth.challenge_expired',
  },
  // "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6"
  {
    names: ['InvalidParameterException'],
    asked: ['challenge', 'confirm-forgot-password', 'set-password'],
    text: /at '\w*password'/i,
    code: 'passwords.policy',
  },
];

function byText(asked: Asked, { name, message }: Error): ErrorCode | undefined {
  return textRules.find(
    (rule) => rule.names.includes(name) && (rule.asked?.includes(asked) ?? true) && rule.text.test(message),
  )?.code;
}

interface FromSdk extends Error {
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** A name that is not in the table: no exception at all, or one that is newer than this program. */
function unheardOf(error: FromSdk): ErrorCode {
  if (isOutage(error)) return 'cognito.unavailable';
  const status = statusOf(error);
  // An answer that says "fine" and that the SDK could not make sense of.
  return status !== undefined && status < 400 ? 'cognito.unexpected_answer' : 'internal';
}

const statusOf = (error: FromSdk): number | undefined => error.$metadata?.httpStatusCode;

/** Did Cognito fail to answer, rather than answer no? */
export function isOutage(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return isTransport(error) || (statusOf(error) ?? 0) >= 500;
}

// Node's system errors (ECONNREFUSED, ECONNRESET, ENOTFOUND ...), time-outs, and whatever else ended before an answer.
const isTransport = (error: FromSdk): boolean =>
  ('$metadata' in error && statusOf(error) === undefined) ||
  (typeof error.code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(error.code));

/** Cognito turned the request away before it did anything. */
export const isTurnedAway = (error: unknown): boolean =>
  types.isNativeError(error) &&
  ['ConcurrentModificationException', 'ThrottlingException', 'TooManyRequestsException'].includes(error.name);

/** Our own words: Cognito's text can echo what was typed. */
function brokenRule(asked: Asked, { message }: Error): FieldFault {
  return {
    field: asked === 'challenge' ? 'answers.NEW_PASSWORD' : 'password',
    code: 'passwords.policy',
    fault: rules.find(([pattern]) => pattern.test(message))?.[1] ?? 'password.against_the_rules',
  };
}

const rules: [RegExp, FieldFault['fault']][] = [
  [/not long enough|length greater/i, 'password.too_short'],
  [/length less/i, 'password.too_long'],
  [/uppercase/i, 'password.needs_upper_case'],
  [/lowercase/i, 'password.needs_lower_case'],
  [/numeric/i, 'password.needs_digit'],
  [/symbol/i, 'password.needs_symbol'],
];

/** Which of a challenge's answers Cognito does not accept, where its text tells. */
function faultyAnswer({ message }: Error): FieldFault {
  for (const [pattern, prefix, fault] of answerFaults) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return { field: prefix + name, fault };
  }
  return { field: 'answers', fault: 'field.invalid' };
}

const answerFaults: [RegExp, string, FieldFault['fault']][] = [
  [/missing required parameter (\w+)/i, 'answers.', 'field.missing'],
  [/attributes given, ([\w:]+) is missing/i, 'answers.userAttributes.', 'field.missing'],
  [/already provided ([\w:]+)/i, 'answers.userAttributes.', 'field.invalid'],
  [/to the schema: ([\w:]+):/i, 'answers.userAttributes.', 'field.invalid'],
];
