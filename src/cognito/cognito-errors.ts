import { types } from 'node:util';
import type { ErrorCode, FieldError } from '#contracts';
import { AppError } from '../platform/errors/app-error.js';

/** What was being asked when Cognito refused: the same exception means different things to different callers. */
export type Asked =
  'sign-in' | 'refresh' | 'revoke' | 'get-user' | 'forgot-password' | 'confirm-forgot-password';

/** Seconds. Cognito's limits for a person are hourly ("Quotas in Amazon Cognito"); a quarter is a fair first guess. */
const hourlyLimitWait = 900;
const shortWait = 5;

/** The caller's fault or state, by exception name. What is not here is an operator's problem or Cognito's. */
const answers: Record<Asked, Record<string, ErrorCode>> = {
  'sign-in': {
    NotAuthorizedException: 'auth.invalid_credentials',
    UserNotFoundException: 'auth.invalid_credentials',
    UserNotConfirmedException: 'auth.invalid_credentials',
    PasswordResetRequiredException: 'auth.invalid_credentials',
  },
  refresh: {
    NotAuthorizedException: 'auth.token_invalid',
    UserNotFoundException: 'auth.token_invalid',
    RefreshTokenReuseException: 'auth.token_invalid',
    InvalidParameterException: 'auth.token_invalid',
  },
  // Each means that there is nothing left to revoke.
  revoke: {
    InvalidParameterException: 'auth.token_invalid',
    NotAuthorizedException: 'auth.token_invalid',
    UnauthorizedException: 'auth.token_invalid',
    UnsupportedTokenTypeException: 'auth.token_invalid',
  },
  'get-user': {
    NotAuthorizedException: 'auth.token_invalid',
    UserNotFoundException: 'auth.token_invalid',
    UserNotConfirmedException: 'auth.token_invalid',
    PasswordResetRequiredException: 'auth.token_invalid',
    InvalidParameterException: 'auth.token_invalid',
  },
  'forgot-password': {},
  'confirm-forgot-password': {
    CodeMismatchException: 'passwords.code_wrong',
    // One answer for people who are unknown, disabled or in no state to reset: nobody mailed them this code.
    NotAuthorizedException: 'passwords.code_wrong',
    UserNotFoundException: 'passwords.code_wrong',
    UserNotConfirmedException: 'passwords.code_wrong',
    ExpiredCodeException: 'passwords.code_expired',
    InvalidPasswordException: 'passwords.policy',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
    LimitExceededException: 'too_many_requests',
    TooManyFailedAttemptsException: 'too_many_requests',
  },
};

/** Cognito is there but cannot answer now, or a trigger of the pool failed. Waiting helps. */
const passing = new Set([
  'InternalErrorException',
  'InternalServerError',
  'ServiceUnavailable',
  'ThrottlingException',
  'TooManyRequestsException',
  'UnexpectedLambdaException',
  'UserLambdaValidationException',
]);

/** What ForgotPassword says about people it sends nothing to. Our answer is the same for them. */
const nothingSent = new Set([
  'CodeDeliveryFailureException',
  'InvalidParameterException',
  'LimitExceededException',
  'NotAuthorizedException',
  'UserNotConfirmedException',
  'UserNotFoundException',
]);

export function isNothingSent(error: unknown): error is Error {
  return types.isNativeError(error) && nothingSent.has(error.name) && !isSecretHashFault(error);
}

/** Cognito's exception in our words. Branches on names; on texts only where one name covers our fault and theirs. */
export function toAppError(asked: Asked, error: unknown): AppError {
  if (!types.isNativeError(error)) return new AppError('internal', { cause: error });
  if (isSecretHashFault(error)) return new AppError('internal', { cause: error });
  const code = answers[asked][error.name] ?? byText(asked, error);
  if (code === 'too_many_requests') return new AppError(code, { cause: error, retryAfter: hourlyLimitWait });
  if (code === 'passwords.policy') return new AppError(code, { cause: error, errors: [brokenRule(error)] });
  if (code !== undefined) return new AppError(code, { cause: error });
  if (passing.has(error.name) || isTransport(error)) {
    return new AppError('cognito.unavailable', { cause: error, retryAfter: shortWait });
  }
  return new AppError(isUnreadable(error) ? 'cognito.unexpected_answer' : 'internal', { cause: error });
}

/** A client with a secret and no hash, or the other way round: our configuration, never "wrong password". */
const isSecretHashFault = ({ name, message }: Error): boolean =>
  name === 'NotAuthorizedException' && /secret/i.test(message);

function byText(asked: Asked, { name, message }: Error): ErrorCode | undefined {
  if (name !== 'InvalidParameterException') return undefined;
  if (asked === 'sign-in' && /username/i.test(message)) return 'auth.invalid_credentials';
  if (asked === 'confirm-forgot-password' && /password/i.test(message)) return 'passwords.policy';
  if (asked === 'confirm-forgot-password') return 'passwords.code_wrong';
  return undefined;
}

/** Our own words: Cognito's text can echo what was typed. */
function brokenRule({ message }: Error): FieldError {
  const rule = rules.find(([pattern]) => pattern.test(message));
  return {
    field: 'password',
    code: 'passwords.policy',
    message: rule?.[1] ?? 'does not meet the password rules',
  };
}

const rules: [RegExp, string][] = [
  [/not long enough|length greater/i, 'is too short'],
  [/length less/i, 'is too long'],
  [/uppercase/i, 'needs an upper-case letter'],
  [/lowercase/i, 'needs a lower-case letter'],
  [/numeric/i, 'needs a digit'],
  [/symbol/i, 'needs a symbol'],
];

interface FromSdk {
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

const statusOf = (error: FromSdk): number | undefined => error.$metadata?.httpStatusCode;

// Node's system errors (ECONNREFUSED, ECONNRESET, ENOTFOUND ...), time-outs, and whatever else ended before an answer.
const isTransport = (error: Error & FromSdk): boolean =>
  statusOf(error) === undefined || (typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code));

// An answer that says "fine" and that the SDK could not make sense of.
const isUnreadable = (error: Error & FromSdk): boolean => (statusOf(error) ?? 0) < 400;
