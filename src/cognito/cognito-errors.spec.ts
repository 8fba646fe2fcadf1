import { describe, expect, it } from '@jest/globals';
import {
  isOutage,
  isRefusedOrTriggerFailed,
  isThrottled,
  mayBeUnknownUser,
  toAppError,
} from './cognito-errors.js';
import type { CognitoOperation } from './exception-map.js';

const error = (properties: object) => Object.assign(new Error('aborted'), properties);

const exception = (name: string, message: string) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });

const notAuthorized = 'NotAuthorizedException';
const invalidParameter = 'InvalidParameterException';
const invalidPassword = 'InvalidPasswordException';
const expired = 'auth.challenge_expired';
const policy = 'Password did not conform with policy:';
const constraint = (member: string) =>
  `1 validation error detected: Value at '${member}' failed to satisfy constraint`;

describe('toAppError', () => {
  it.each([
    ['a refused connection', { code: 'ECONNREFUSED', $metadata: { attempts: 1 } }, 'cognito.unavailable'],
    ['a timeout', { name: 'TimeoutError', $metadata: { attempts: 1 } }, 'cognito.unavailable'],
    [
      'a truncated response',
      { code: 'ECONNRESET', $metadata: { httpStatusCode: 200 } },
      'cognito.unavailable',
    ],
    [
      'an unreadable response',
      { name: 'SyntaxError', $metadata: { httpStatusCode: 200 } },
      'cognito.unexpected_answer',
    ],
    [
      'an error page of a gateway',
      { name: 'SyntaxError', $metadata: { httpStatusCode: 502 } },
      'cognito.unavailable',
    ],
    ['an unknown exception', { name: 'NewException', $metadata: { httpStatusCode: 400 } }, 'internal'],
    ['a bug of Usher', { name: 'TypeError' }, 'internal'],
  ])('maps %s', (_what, properties, code) => {
    expect(toAppError('sign-in', error(properties)).code).toBe(code);
  });

  it('keeps the cause for the log', () => {
    const cause = error({ name: notAuthorized });
    expect(toAppError('sign-in', cause).cause).toBe(cause);
  });

  it.each<[CognitoOperation, string, string, string]>([
    ['challenge', notAuthorized, 'Invalid session for the user.', expired],
    ['challenge', notAuthorized, 'Invalid session for the user, session is expired.', expired],
    ['challenge', notAuthorized, 'Invalid session for the user, session can only be used once.', expired],
    ['challenge', notAuthorized, 'Invalid code or auth state for the user.', expired],
    ['challenge', notAuthorized, 'User is disabled.', 'auth.invalid_credentials'],
    ['challenge', notAuthorized, 'Unable to verify secret hash for client abc', 'internal'],
    ['challenge', 'CodeMismatchException', 'Invalid code received for user', 'auth.code_wrong'],
    [
      'challenge',
      'ExpiredCodeException',
      'Your software token has already been used once.',
      'auth.code_expired',
    ],
    ['challenge', 'PasswordHistoryPolicyViolationException', 'x', 'passwords.reused'],
    ['challenge', 'AliasExistsException', 'x', 'auth.account_link_conflict'],
    ['challenge', 'InvalidSmsRoleAccessPolicyException', 'x', 'internal'],
    ['verify-totp-in-sign-in', notAuthorized, 'Invalid session for the user.', expired],
    ['associate-totp-in-sign-in', invalidParameter, constraint('session'), expired],
    [
      'verify-totp',
      'EnableSoftwareTokenMFAException',
      'Code mismatch and fail enable Software Token MFA',
      'auth.code_wrong',
    ],
    ['verify-totp', invalidParameter, constraint('userCode'), 'auth.code_wrong'],
    ['associate-totp', notAuthorized, 'Access Token has been revoked', 'auth.token_invalid'],
    ['associate-totp', 'SoftwareTokenMFANotFoundException', 'x', 'internal'],
    ['global-sign-out', notAuthorized, 'Access Token does not have required scopes', 'auth.forbidden'],
    ['sign-in', 'UnsupportedOperationException', 'x', 'internal'],
    ['sign-in', 'UserNotFoundException', 'Exception migrating user in app client abc', 'internal'],
    ['sign-in', 'UserNotFoundException', 'User does not exist.', 'auth.invalid_credentials'],
    ['revoke', 'UnauthorizedException', 'Unable to verify secret hash for client abc', 'internal'],
    ['revoke', 'UnauthorizedException', 'x', 'auth.token_invalid'],
  ])('%s: %s "%s" is %s', (operation, name, message, code) => {
    expect(toAppError(operation, exception(name, message)).code).toBe(code);
  });

  it.each([
    [`${policy} Password not long enough`, invalidPassword, 'password.too_short'],
    [`${policy} Password must have uppercase characters`, invalidPassword, 'password.needs_upper_case'],
    [
      "1 validation error detected: Value 'canary' at 'password' failed to satisfy constraint: Member must have length less than or equal to 256",
      invalidParameter,
      'password.too_long',
    ],
    [
      "1 validation error detected: Value 'canary' at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+.*[\\S]+",
      invalidParameter,
      'password.outer_white_space',
    ],
    ['something new', invalidPassword, 'password.against_the_rules'],
  ])('names the rule that a new password violates: %s', (text, name, message) => {
    const { code, errors } = toAppError('challenge', exception(name, text));
    expect({ code, errors }).toEqual({
      code: 'passwords.policy',
      errors: [{ field: 'answers.NEW_PASSWORD', message }],
    });
  });

  it.each([
    [
      invalidParameter,
      'Invalid attributes given, given_name is missing',
      'answers.userAttributes.given_name',
      'field.missing',
    ],
    [invalidParameter, 'Missing required parameter SMS_MFA_CODE', 'answers.SMS_MFA_CODE', 'field.missing'],
    [
      invalidParameter,
      'Attributes did not conform to the schema: custom:shoe: Attribute does not exist in the schema.',
      'answers.userAttributes.custom:shoe',
      'field.invalid',
    ],
    [
      notAuthorized,
      'Cannot modify an already provided email',
      'answers.userAttributes.email',
      'field.invalid',
    ],
    [invalidParameter, 'canary', 'answers', 'field.invalid'],
  ])('names the rejected answer: %s "%s"', (name, text, field, message) => {
    const { code, errors } = toAppError('challenge', exception(name, text));
    expect({ code, errors }).toEqual({ code: 'request.invalid', errors: [{ field, message }] });
  });

  it('sets retryAfter', () => {
    const wait = (name: string) => toAppError('change-password', exception(name, 'x')).retryAfter;
    expect([wait('LimitExceededException'), wait('TooManyRequestsException'), wait(invalidPassword)])
      // A quarter of an hour, five seconds, never.
      .toEqual([900, 5, undefined]);
  });
});

describe('isThrottled and isOutage', () => {
  it.each([
    ['TooManyRequestsException', true],
    ['ThrottlingException', true],
    ['ConcurrentModificationException', true],
    ['LimitExceededException', false],
    ['InternalErrorException', false],
  ])('%s is throttling: %s', (name, expected) => {
    expect(isThrottled(exception(name, 'x'))).toBe(expected);
  });

  it.each([
    ['InternalErrorException', 500, true],
    [notAuthorized, 400, false],
    ['TooManyRequestsException', 400, false],
    ['SyntaxError', 200, false],
    ['TimeoutError', undefined, true],
  ])('%s with status %p is an outage: %p', (name, httpStatusCode, expected) => {
    expect(isOutage(error({ name, $metadata: { httpStatusCode } }))).toBe(expected);
  });
});

describe('mayBeUnknownUser and isRefusedOrTriggerFailed', () => {
  it.each([
    [notAuthorized, 'Incorrect username or password.', true, true],
    ['UserNotFoundException', 'User does not exist.', true, true],
    ['UserNotFoundException', 'Exception migrating user in app client x', false, true],
    [notAuthorized, 'Password attempts exceeded', false, true],
    ['UserNotConfirmedException', 'User is not confirmed.', false, true],
    ['PasswordResetRequiredException', 'Password reset required for the user', false, true],
    ['UnexpectedLambdaException', 'x', false, true],
    [notAuthorized, 'Client x is configured with secret but SECRET_HASH was not received', false, false],
    [invalidParameter, 'USER_PASSWORD_AUTH flow not enabled for this client', false, false],
    ['TooManyRequestsException', 'Rate exceeded', false, false],
  ])('%s "%s": %s, %s', (name, message, isUnknown, isAnswered) => {
    const refusal = toAppError('sign-in', exception(name, message));
    expect([mayBeUnknownUser(refusal), isRefusedOrTriggerFailed(refusal)]).toEqual([isUnknown, isAnswered]);
  });
});
