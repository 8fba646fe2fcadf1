import type { ErrorCode } from '#contracts';

/**
 * An SDK command and its purpose: the meaning of an exception depends on both. Values of the log field `asked`
 * (docs/operations.md).
 */
export type CognitoOperation =
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
  | 'remove-factors'
  | 'list-user-groups'
  | 'reset-password'
  | 'describe-pool'
  | 'describe-app-client'
  | 'describe-mfa'
  | 'describe-log-delivery'
  | 'get-limit'
  | 'get-import-header'
  | 'create-import-job'
  | 'start-import-job'
  | 'stop-import-job'
  | 'describe-import-job'
  | 'list-import-jobs';

/** By name of the exception. `internal` is a configuration error in Usher, the pool or the AWS account. */
type ExceptionMap = Record<string, ErrorCode>;

/** Of every operation. Names without "Exception" are errors of AWS in general and not in Cognito's model. */
const common: ExceptionMap = {
  InternalErrorException: 'cognito.unavailable',
  InternalFailure: 'cognito.unavailable',
  InternalServerError: 'cognito.unavailable',
  RequestTimeout: 'cognito.unavailable',
  ServiceUnavailable: 'cognito.unavailable',
  ServiceUnavailableException: 'cognito.unavailable',
  ThrottlingException: 'cognito.unavailable',
  TooManyRequestsException: 'cognito.unavailable',
  // AWS WAF blocked the request.
  ForbiddenException: 'internal',
  InvalidParameterException: 'internal',
  // The pool is a replica, or the operation is disabled.
  OperationNotEnabledException: 'internal',
  ResourceNotFoundException: 'internal',
  SerializationException: 'internal',
  UnknownOperationException: 'internal',
  ValidationException: 'internal',
};

/** Operations that run triggers of the pool. */
const withTriggers: ExceptionMap = {
  InvalidLambdaResponseException: 'internal',
  UnexpectedLambdaException: 'cognito.unavailable',
  UserLambdaValidationException: 'cognito.unavailable',
};

/** Operations that send codes. */
const withMessages: ExceptionMap = {
  InvalidEmailRoleAccessPolicyException: 'internal',
  InvalidSmsRoleAccessPolicyException: 'internal',
  InvalidSmsRoleTrustRelationshipException: 'internal',
};

/** Steps of a sign-in: one code for every reason, so that it does not reveal who has an account (ADR 4). */
const inSignIn: ExceptionMap = {
  ...common,
  NotAuthorizedException: 'auth.invalid_credentials',
  PasswordResetRequiredException: 'auth.invalid_credentials',
  UserNotConfirmedException: 'auth.invalid_credentials',
  UserNotFoundException: 'auth.invalid_credentials',
};

/** Operations authorized by a user's access token. */
const withAccessToken: ExceptionMap = {
  ...common,
  NotAuthorizedException: 'auth.token_invalid',
  PasswordResetRequiredException: 'auth.token_invalid',
  UserNotConfirmedException: 'auth.token_invalid',
  UserNotFoundException: 'auth.token_invalid',
};

const associateTotp: ExceptionMap = {
  ConcurrentModificationException: 'cognito.unavailable',
  // Authenticator apps are disabled in the pool.
  SoftwareTokenMFANotFoundException: 'internal',
};

const verifyTotp: ExceptionMap = {
  CodeMismatchException: 'auth.code_wrong',
  EnableSoftwareTokenMFAException: 'auth.code_wrong',
  // "Your software token has already been used once."
  ExpiredCodeException: 'auth.code_expired',
  InvalidUserPoolConfigurationException: 'internal',
  // No app enrolment is open, so no code can be right.
  SoftwareTokenMFANotFoundException: 'auth.code_wrong',
};

/** Operations signed with AWS credentials: NotAuthorizedException is about Usher, not about a user. */
const asAdministrator: ExceptionMap = { ...common, NotAuthorizedException: 'internal' };

const onPoolUser: ExceptionMap = { ...asAdministrator, UserNotFoundException: 'request.not_found' };

/** `request.invalid`: the pool, its settings or the state of the job does not allow the request; the message says which. */
const onImportJob: ExceptionMap = {
  ...asAdministrator,
  FeatureUnavailableInTierException: 'request.invalid',
  InvalidParameterException: 'request.invalid',
  LimitExceededException: 'request.invalid',
  OperationNotEnabledException: 'request.invalid',
  PreconditionNotMetException: 'request.invalid',
};

/** Every exception in the SDK's model of each operation; the spec compares it with the SDK's declarations. */
export const exceptionMap: Record<CognitoOperation, ExceptionMap> = {
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
    ...common,
    ...withTriggers,
    NotAuthorizedException: 'auth.token_invalid',
    RefreshTokenReuseException: 'auth.token_invalid',
    UserNotFoundException: 'auth.token_invalid',
  },
  // The first four mean that there is no token to revoke.
  revoke: {
    ...common,
    InvalidParameterException: 'auth.token_invalid',
    NotAuthorizedException: 'auth.token_invalid',
    UnauthorizedException: 'auth.token_invalid',
    UnsupportedTokenTypeException: 'auth.token_invalid',
    // Token revocation is disabled in the app client.
    UnsupportedOperationException: 'internal',
  },
  'global-sign-out': { ...withAccessToken, InvalidParameterException: 'auth.token_invalid' },
  'get-user': { ...withAccessToken, InvalidParameterException: 'auth.token_invalid' },
  // `reset_not_started`: no code was sent. The caller gets the same response in every case.
  'forgot-password': {
    ...common,
    ...withTriggers,
    ...withMessages,
    CodeDeliveryFailureException: 'passwords.reset_not_started',
    InvalidParameterException: 'passwords.reset_not_started',
    LimitExceededException: 'passwords.reset_not_started',
    NotAuthorizedException: 'passwords.reset_not_started',
    UserNotConfirmedException: 'passwords.reset_not_started',
    UserNotFoundException: 'passwords.reset_not_started',
  },
  // One code, also for a used code and for Cognito's limits, so that it does not reveal who has an account. Usher's own
  // limits, which count unknown addresses too, answer 429.
  'confirm-forgot-password': {
    ...common,
    ...withTriggers,
    CodeMismatchException: 'passwords.code_wrong',
    ExpiredCodeException: 'passwords.code_wrong',
    InvalidParameterException: 'passwords.code_wrong',
    InvalidPasswordException: 'passwords.policy',
    LimitExceededException: 'passwords.code_wrong',
    NotAuthorizedException: 'passwords.code_wrong',
    PasswordHistoryPolicyViolationException: 'passwords.reused',
    TooManyFailedAttemptsException: 'passwords.code_wrong',
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
  // The user name is not valid, so no user has it.
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
    // The user is not in FORCE_CHANGE_PASSWORD.
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
  'remove-factors': {
    ...onPoolUser,
    // Users in these states have no second factor.
    PasswordResetRequiredException: 'internal',
    UserNotConfirmedException: 'internal',
  },
  'list-user-groups': onPoolUser,
  // `reset_not_started`: no code was sent.
  'reset-password': {
    ...onPoolUser,
    ...withTriggers,
    ...withMessages,
    CodeDeliveryFailureException: 'passwords.reset_not_started',
    InvalidParameterException: 'passwords.reset_not_started',
    LimitExceededException: 'passwords.reset_not_started',
    NotAuthorizedException: 'passwords.reset_not_started',
  },
  'describe-pool': { ...asAdministrator, UserPoolTaggingException: 'internal' },
  'describe-app-client': asAdministrator,
  'describe-mfa': asAdministrator,
  'describe-log-delivery': asAdministrator,
  'get-limit': asAdministrator,
  'get-import-header': asAdministrator,
  'create-import-job': onImportJob,
  'start-import-job': onImportJob,
  'stop-import-job': onImportJob,
  'describe-import-job': { ...asAdministrator, ResourceNotFoundException: 'request.not_found' },
  'list-import-jobs': asAdministrator,
};
