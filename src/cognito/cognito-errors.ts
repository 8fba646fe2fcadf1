import { types } from 'node:util';
import type { ErrorCode } from '#contracts';
import { AppError, type InvalidField, isAppError } from '../common/errors/app-error.js';
import { type CognitoOperation, exceptionMap } from './exception-map.js';

/** Seconds for `Retry-After`. Cognito's limits per user are hourly ("Quotas in Amazon Cognito"). */
const hourlyLimitWait = 900;
const shortWait = 5;

/** Maps by the exception's name; by its message, which AWS may change, only where one name has several meanings. */
export function toAppError(operation: CognitoOperation, error: unknown): AppError {
  if (!types.isNativeError(error)) return new AppError('internal', { cause: error });
  const code = byMessage(operation, error) ?? exceptionMap[operation][error.name] ?? unknownException(error);
  if (code === 'too_many_requests') return new AppError(code, { cause: error, retryAfter: hourlyLimitWait });
  if (code === 'cognito.unavailable' || code === 'legacy.unavailable')
    return new AppError(code, { cause: error, retryAfter: shortWait });
  if (code === 'passwords.policy') {
    return new AppError(code, { cause: error, errors: [violatedRule(operation, error)] });
  }
  if (code === 'request.invalid' && operation === 'challenge')
    return new AppError(code, { cause: error, errors: [rejectedAnswer(error)] });
  return new AppError(code, { cause: error });
}

interface MessageRule {
  names: string[];
  /** Absent: every operation. */
  operations?: CognitoOperation[];
  message: RegExp;
  code: ErrorCode;
}

const challengeSteps: CognitoOperation[] = [
  'challenge',
  'associate-totp-in-sign-in',
  'verify-totp-in-sign-in',
];
const withAccessToken: CognitoOperation[] = [
  'associate-totp',
  'verify-totp',
  'prefer-totp',
  'global-sign-out',
  'change-password',
];

/** The first match counts. */
const messageRules: MessageRule[] = [
  // A missing or superfluous secret hash: a configuration error.
  { names: ['NotAuthorizedException', 'UnauthorizedException'], message: /secret/i, code: 'internal' },
  // With PreventUserExistenceErrors LEGACY: the migration trigger may not be invoked, or its response is invalid.
  { names: ['UserNotFoundException'], message: /migrat|schema/i, code: 'internal' },
  // The migration Lambda, when `/aws/auth` answered `legacy.unavailable` (apps/migration-lambda/src/triggers/trigger.ts).
  {
    names: ['UserLambdaValidationException'],
    operations: ['sign-in', 'forgot-password'],
    message: /accounts cannot be looked up right now/i,
    code: 'legacy.unavailable',
  },
  // "Username cannot be of email format ...": the pool's sign-in settings are wrong for Usher.
  {
    names: ['InvalidParameterException'],
    operations: ['sign-in'],
    message: /cannot be of/i,
    code: 'internal',
  },
  // Malformed token. Other invalid parameters are a configuration error and do not revoke the session.
  {
    names: ['InvalidParameterException'],
    operations: ['refresh'],
    message: /'refreshtoken'|invalid refresh token/i,
    code: 'auth.token_invalid',
  },
  // "Invalid session for the user", "..., session is expired", "..., session can only be used once".
  {
    names: ['NotAuthorizedException'],
    operations: challengeSteps,
    message: /invalid session|auth state/i,
    code: 'auth.challenge_expired',
  },
  {
    names: ['NotAuthorizedException'],
    operations: ['challenge'],
    message: /cannot modify/i,
    code: 'request.invalid',
  },
  // A valid token of another app client, without the scope aws.cognito.signin.user.admin.
  {
    names: ['NotAuthorizedException'],
    operations: withAccessToken,
    message: /scope/i,
    code: 'auth.forbidden',
  },
  // "Incorrect username or password.": the previous password, not the token.
  {
    names: ['NotAuthorizedException'],
    operations: ['change-password'],
    message: /incorrect/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['NotAuthorizedException'],
    operations: ['change-password'],
    message: /attempts exceeded/i,
    code: 'too_many_requests',
  },
  // Below the minimum length of any password.
  {
    names: ['InvalidParameterException'],
    operations: ['change-password'],
    message: /at 'previouspassword'/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['InvalidParameterException'],
    operations: ['change-password'],
    message: /at 'accesstoken'/i,
    code: 'auth.token_invalid',
  },
  {
    names: ['InvalidParameterException'],
    operations: ['sign-in'],
    message: /username/i,
    code: 'auth.invalid_credentials',
  },
  {
    names: ['InvalidParameterException'],
    operations: ['verify-totp', 'verify-totp-in-sign-in'],
    message: /code/i,
    code: 'auth.code_wrong',
  },
  {
    names: ['InvalidParameterException'],
    operations: challengeSteps,
    message: /'session'/i,
    code: 'auth.challenge_expired',
  },
  // "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6"
  {
    names: ['InvalidParameterException'],
    operations: ['challenge', 'confirm-forgot-password', 'set-password'],
    message: /at '\w*password'/i,
    code: 'passwords.policy',
  },
];

function byMessage(operation: CognitoOperation, { name, message }: Error): ErrorCode | undefined {
  return messageRules.find(
    (rule) =>
      rule.names.includes(name) &&
      (rule.operations?.includes(operation) ?? true) &&
      rule.message.test(message),
  )?.code;
}

interface SdkError extends Error {
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** A name that is not in the map: a transport error, a bug, or an exception that AWS added later. */
function unknownException(error: SdkError): ErrorCode {
  if (isOutage(error)) return 'cognito.unavailable';
  const status = statusOf(error);
  // A successful response that the SDK could not parse.
  return status !== undefined && status < 400 ? 'cognito.unexpected_answer' : 'internal';
}

const statusOf = (error: SdkError): number | undefined => error.$metadata?.httpStatusCode;

/** Transport error, timeout or 5xx: no decision by Cognito. */
export function isOutage(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  return isTransport(error) || (statusOf(error) ?? 0) >= 500;
}

// System errors of Node (ECONNREFUSED, ECONNRESET, ENOTFOUND), timeouts, and other failures before a response.
const isTransport = (error: SdkError): boolean =>
  ('$metadata' in error && statusOf(error) === undefined) ||
  (typeof error.code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(error.code));

/** Rejected before any effect, so that every operation may be retried. */
export const isThrottled = (error: unknown): boolean =>
  types.isNativeError(error) &&
  ['ConcurrentModificationException', 'ThrottlingException', 'TooManyRequestsException'].includes(error.name);

/** A code of Usher's: Cognito's message can contain user input. */
function violatedRule(operation: CognitoOperation, { message }: Error): InvalidField {
  return {
    field: operation === 'challenge' ? 'answers.NEW_PASSWORD' : 'password',
    message: passwordRules.find(([pattern]) => pattern.test(message))?.[1] ?? 'password.against_the_rules',
  };
}

const passwordRules: [RegExp, InvalidField['message']][] = [
  [/not long enough|length greater/i, 'password.too_short'],
  [/length less/i, 'password.too_long'],
  [/uppercase/i, 'password.needs_upper_case'],
  [/lowercase/i, 'password.needs_lower_case'],
  [/numeric/i, 'password.needs_digit'],
  [/symbol/i, 'password.needs_symbol'],
  [/regular expression/i, 'password.outer_white_space'],
];

/** The challenge answer that Cognito's message names. */
function rejectedAnswer({ message }: Error): InvalidField {
  for (const [pattern, prefix, violated] of answerPatterns) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return { field: prefix + name, message: violated };
  }
  return { field: 'answers', message: 'field.invalid' };
}

const answerPatterns: [RegExp, string, InvalidField['message']][] = [
  [/missing required parameter (\w+)/i, 'answers.', 'field.missing'],
  [/attributes given, ([\w:]+) is missing/i, 'answers.userAttributes.', 'field.missing'],
  [/already provided ([\w:]+)/i, 'answers.userAttributes.', 'field.invalid'],
  [/to the schema: ([\w:]+):/i, 'answers.userAttributes.', 'field.invalid'],
];

/** The request never reached Cognito. */
const notSentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Cognito completes its part of an operation before a trigger fails. */
const triggerExceptions = [
  'InvalidLambdaResponseException',
  'UnexpectedLambdaException',
  'UserLambdaValidationException',
];

const causeOf = (error: unknown): { name?: string; message?: string; code?: string } =>
  isAppError(error) && types.isNativeError(error.cause) ? error.cause : {};

/** Cognito refused the user, or the migration trigger failed. @param error thrown by `IdentityProvider.signIn` */
export const isRefusedOrTriggerFailed = (error: unknown): boolean =>
  isAppError(error, 'auth.invalid_credentials') ||
  [...triggerExceptions, 'UserNotFoundException'].includes(causeOf(error).name ?? '');

/**
 * A refused sign-in of a user whom the pool may not know. Others are of users whom it knows, or the user name is locked: then Cognito
 * invokes no trigger ("Lockout behavior for failed sign-in attempts"). @param error thrown by `IdentityProvider.signIn`
 */
export function mayBeUnknownUser(error: unknown): boolean {
  const { name = '', message = '' } = causeOf(error);
  return (
    isAppError(error, 'auth.invalid_credentials') &&
    ['NotAuthorizedException', 'UserNotFoundException'].includes(name) &&
    !/attempts exceeded/i.test(message)
  );
}

/** True for an ambiguous outcome: Cognito may have executed the operation. @param error thrown by `IdentityProvider` */
export function mayHaveSucceeded(error: unknown): boolean {
  if (!isAppError(error)) return true;
  const { cause } = error;
  const { name = '', code } = causeOf(error);
  if (triggerExceptions.includes(name)) return true;
  if (!isAppError(error, 'cognito.unavailable', 'cognito.unexpected_answer')) return false;
  // Without a cause the circuit was open, and no request was sent.
  return cause !== undefined && !isThrottled(cause) && !notSentCodes.includes(code ?? '');
}

/** The refresh token was used after its rotation. @param error thrown by `IdentityProvider` */
export const isTokenReuse = (error: unknown): boolean =>
  isAppError(error, 'auth.token_invalid') &&
  types.isNativeError(error.cause) &&
  error.cause.name === 'RefreshTokenReuseException';
