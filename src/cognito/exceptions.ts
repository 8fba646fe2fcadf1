import type { ErrorCode } from '#contracts';

/** What was being asked when Cognito refused: the same exception means different things to different callers. */
export type Asked =
  | 'sign-in'
  | 'challenge'
  | 'associate-totp'
  | 'associate-totp-in-sign-in'
  | 'verify-totp'
  | 'verify-totp-in-sign-in'
  | 'prefer-totp'
  | 'refresh'
  | 'revoke'
  | 'global-sign-out'
  | 'get-user'
  | 'forgot-password'
  | 'confirm-forgot-password'
  | 'change-password'
  | 'find-user'
  | 'list-users'
  | 'delete-user'
  | 'set-password'
  | 'invite-again'
  | 'change-email'
  | 'disable-user'
  | 'enable-user'
  | 'sign-user-out'
  | 'describe-pool'
  | 'describe-app-client';

/** Exceptions by name. `internal` is a fault of the configuration: ours, the pool's or the account's. */
type Meanings = Record<string, ErrorCode>;

/** Any operation can answer these. Those without "Exception" in the name are AWS's own and not in Cognito's model. */
const always: Meanings = {
  InternalErrorException: 'cognito.unavailable',
  InternalFailure: 'cognito.unavailable',
  InternalServerError: 'cognito.unavailable',
  RequestTimeout: 'cognito.unavailable',
  ServiceUnavailable: 'cognito.unavailable',
  ServiceUnavailableException: 'cognito.unavailable',
  ThrottlingException: 'cognito.unavailable',
  TooManyRequestsException: 'cognito.unavailable',
  // AWS WAF stands before the pool and refuses us.
  ForbiddenException: 'internal',
  InvalidParameterException: 'internal',
  // The pool is a replica, or has the operation switched off.
  OperationNotEnabledException: 'internal',
  ResourceNotFoundException: 'internal',
  SerializationException: 'internal',
  UnknownOperationException: 'internal',
  ValidationException: 'internal',
};

/** Operations that run triggers of the pool. */
const withTriggers: Meanings = {
  InvalidLambdaResponseException: 'internal',
  UnexpectedLambdaException: 'cognito.unavailable',
  UserLambdaValidationException: 'cognito.unavailable',
};

/** Operations that send codes. */
const withMessages: Meanings = {
  InvalidEmailRoleAccessPolicyException: 'internal',
  InvalidSmsRoleAccessPolicyException: 'internal',
  InvalidSmsRoleTrustRelationshipException: 'internal',
};

/** Steps of a sign-in. More is not said, whatever the reason: an answer must not tell who has an account. */
const inSignIn: Meanings = {
  ...always,
  NotAuthorizedException: 'auth.invalid_credentials',
  PasswordResetRequiredException: 'auth.invalid_credentials',
  UserNotConfirmedException: 'auth.invalid_credentials',
  UserNotFoundException: 'auth.invalid_credentials',
};

/** Operations on behalf of somebody signed in. */
const withAccessToken: Meanings = {
  ...always,
  NotAuthorizedException: 'auth.token_invalid',
  PasswordResetRequiredException: 'auth.token_invalid',
  UserNotConfirmedException: 'auth.token_invalid',
  UserNotFoundException: 'auth.token_invalid',
};

const associateTotp: Meanings = {
  ConcurrentModificationException: 'cognito.unavailable',
  // The pool has authenticator apps switched off.
  SoftwareTokenMFANotFoundException: 'internal',
};

const verifyTotp: Meanings = {
  CodeMismatchException: 'auth.code_wrong',
  EnableSoftwareTokenMFAException: 'auth.code_wrong',
  // "Your software token has already been used once."
  ExpiredCodeException: 'auth.code_expired',
  InvalidUserPoolConfigurationException: 'internal',
  // No app is being set up, so no code can be right.
  SoftwareTokenMFANotFoundException: 'auth.code_wrong',
};

/** Operations of the pool's administrator. What is not authorised there is Usher itself. */
const asAdministrator: Meanings = { ...always, NotAuthorizedException: 'internal' };

const onPoolUser: Meanings = { ...asAdministrator, UserNotFoundException: 'request.not_found' };

/**
 * Every exception that the SDK's model has for what we ask, and what it means to our caller. A test compares this with
 * the SDK's declarations.
 */
export const meanings: Record<Asked, Meanings> = {
  'sign-in': {
    ...inSignIn,
    ...withTriggers,
    ...withMessages,
    FeatureUnavailableInTierException: 'internal',
    InvalidUserPoolConfigurationException: 'internal',
    UnsupportedOperationException: 'internal',
  },
  challenge: {
    ...inSignIn,
    ...withTriggers,
    ...withMessages,
    AliasExistsException: 'auth.account_link_conflict',
    CodeMismatchException: 'auth.code_wrong',
    ExpiredCodeException: 'auth.code_expired',
    InvalidParameterException: 'request.invalid',
    InvalidPasswordException: 'passwords.policy',
    InvalidUserPoolConfigurationException: 'internal',
    MFAMethodNotFoundException: 'internal',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
    SoftwareTokenMFANotFoundException: 'internal',
  },
  'associate-totp': { ...withAccessToken, ...associateTotp },
  'associate-totp-in-sign-in': { ...inSignIn, ...associateTotp },
  'verify-totp': { ...withAccessToken, ...verifyTotp },
  'verify-totp-in-sign-in': { ...inSignIn, ...verifyTotp },
  'prefer-totp': withAccessToken,
  refresh: {
    ...always,
    ...withTriggers,
    NotAuthorizedException: 'auth.token_invalid',
    RefreshTokenReuseException: 'auth.token_invalid',
    UserNotFoundException: 'auth.token_invalid',
  },
  // Each of the four says that there is nothing left to revoke.
  revoke: {
    ...always,
    InvalidParameterException: 'auth.token_invalid',
    NotAuthorizedException: 'auth.token_invalid',
    UnauthorizedException: 'auth.token_invalid',
    UnsupportedTokenTypeException: 'auth.token_invalid',
    // The app client has token revocation switched off.
    UnsupportedOperationException: 'internal',
  },
  'global-sign-out': { ...withAccessToken, InvalidParameterException: 'auth.token_invalid' },
  'get-user': { ...withAccessToken, InvalidParameterException: 'auth.token_invalid' },
  // What says that nothing was sent. Our own answer is the same for everybody.
  'forgot-password': {
    ...always,
    ...withTriggers,
    ...withMessages,
    CodeDeliveryFailureException: 'passwords.reset_not_started',
    InvalidParameterException: 'passwords.reset_not_started',
    LimitExceededException: 'passwords.reset_not_started',
    NotAuthorizedException: 'passwords.reset_not_started',
    UserNotConfirmedException: 'passwords.reset_not_started',
    UserNotFoundException: 'passwords.reset_not_started',
  },
  // One answer for people who are unknown, disabled or in no state to reset: nobody mailed them this code.
  'confirm-forgot-password': {
    ...always,
    ...withTriggers,
    CodeMismatchException: 'passwords.code_wrong',
    ExpiredCodeException: 'passwords.code_expired',
    InvalidParameterException: 'passwords.code_wrong',
    InvalidPasswordException: 'passwords.policy',
    LimitExceededException: 'too_many_requests',
    NotAuthorizedException: 'passwords.code_wrong',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
    TooManyFailedAttemptsException: 'too_many_requests',
    UserNotConfirmedException: 'passwords.code_wrong',
    UserNotFoundException: 'passwords.code_wrong',
  },
  'change-password': {
    ...withAccessToken,
    InvalidParameterException: 'passwords.policy',
    InvalidPasswordException: 'passwords.policy',
    LimitExceededException: 'too_many_requests',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
  },
  // A name that no user could have is nobody's.
  'find-user': { ...onPoolUser, InvalidParameterException: 'request.not_found' },
  'list-users': asAdministrator,
  'delete-user': onPoolUser,
  'set-password': {
    ...onPoolUser,
    InvalidPasswordException: 'passwords.policy',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
  },
  'invite-again': {
    ...onPoolUser,
    ...withTriggers,
    ...withMessages,
    CodeDeliveryFailureException: 'passwords.reset_not_started',
    InvalidPasswordException: 'internal',
    PreconditionNotMetException: 'internal',
    // Not, or no longer, in FORCE_CHANGE_PASSWORD.
    UnsupportedUserStateException: 'passwords.reset_not_started',
    UsernameExistsException: 'internal',
  },
  'change-email': {
    ...onPoolUser,
    ...withTriggers,
    ...withMessages,
    AliasExistsException: 'auth.account_link_conflict',
    InvalidParameterException: 'request.invalid',
  },
  'disable-user': onPoolUser,
  'enable-user': onPoolUser,
  'sign-user-out': onPoolUser,
  'describe-pool': { ...asAdministrator, UserPoolTaggingException: 'internal' },
  'describe-app-client': asAdministrator,
};
