/** The exceptions of this pool that are in Cognito's service model. */
export const modelledErrors = [
  'AliasExistsException',
  'CodeDeliveryFailureException',
  'CodeMismatchException',
  'EnableSoftwareTokenMFAException',
  'ExpiredCodeException',
  'FeatureUnavailableInTierException',
  'GroupExistsException',
  'InternalErrorException',
  'InvalidLambdaResponseException',
  'InvalidParameterException',
  'InvalidPasswordException',
  'LimitExceededException',
  'NotAuthorizedException',
  'OperationNotEnabledException',
  'PasswordHistoryPolicyViolationException',
  'PasswordResetRequiredException',
  'PreconditionNotMetException',
  'RefreshTokenReuseException',
  'ResourceNotFoundException',
  'SoftwareTokenMFANotFoundException',
  'UnauthorizedException',
  'UnexpectedLambdaException',
  'UnsupportedOperationException',
  'UnsupportedTokenTypeException',
  'UnsupportedUserStateException',
  'UserImportInProgressException',
  'UserLambdaValidationException',
  'UserNotConfirmedException',
  'UserNotFoundException',
  'UsernameExistsException',
] as const;

/** Every AWS JSON service returns these before an operation runs; they are not in Cognito's model. */
type ProtocolError =
  | 'MissingAuthenticationTokenException'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'UnknownOperationException';

export type ErrorName = (typeof modelledErrors)[number] | ProtocolError;

/** An error response. The message is sent to callers and contains no secret. */
export class ServiceError extends Error {
  constructor(
    override readonly name: ErrorName,
    message: string,
  ) {
    super(message);
  }

  /** Every client error has status 400, even if the SDK's model has another one. */
  get status(): number {
    if (this.name === 'InternalErrorException') return 500;
    return this.name === 'RequestEntityTooLargeException' ? 413 : 400;
  }
}

export const preconditionNotMet = (message: string) =>
  new ServiceError('PreconditionNotMetException', message);
export const invalidParameter = (message: string) => new ServiceError('InvalidParameterException', message);
export const notAuthorized = (message: string) => new ServiceError('NotAuthorizedException', message);
export const notFound = (message: string) => new ServiceError('ResourceNotFoundException', message);

/** The message for a wrong password and, with PreventUserExistenceErrors, for unknown users. */
export const incorrectCredentials = () => notAuthorized('Incorrect username or password.');
export const attemptsExceeded = () => notAuthorized('Password attempts exceeded');
export const userDisabled = () => notAuthorized('User is disabled.');
export const userNotFound = () => new ServiceError('UserNotFoundException', 'User does not exist.');
/** The message of sign-up confirmation and password recovery differs from that of sign-in. */
export const userNotFoundForClient = () =>
  new ServiceError('UserNotFoundException', 'Username/client id combination not found.');
export const userNotConfirmed = () => new ServiceError('UserNotConfirmedException', 'User is not confirmed.');
export const passwordResetRequired = () =>
  new ServiceError('PasswordResetRequiredException', 'Password reset required for the user');
export const aliasExists = (name: string) =>
  new ServiceError('AliasExistsException', `An account with the ${name} already exists.`);
export const unauthorizedAttribute = () =>
  notAuthorized('A client attempted to write unauthorized attribute');
export const totpNotEnabled = () =>
  new ServiceError(
    'SoftwareTokenMFANotFoundException',
    'Software Token MFA has not been enabled by the userPool',
  );
export const limitExceeded = () =>
  new ServiceError('LimitExceededException', 'Attempt limit exceeded, please try after some time.');
export const codeMismatch = () =>
  new ServiceError('CodeMismatchException', 'Invalid verification code provided, please try again.');
/** The message for second factors differs from that for confirmation codes. */
export const codeMismatchOfFactor = () =>
  new ServiceError('CodeMismatchException', 'Invalid code received for user');
export const codeExpired = () =>
  new ServiceError('ExpiredCodeException', 'Invalid code provided, please request a code again.');
export const usernameExists = (message: string) => new ServiceError('UsernameExistsException', message);
export const poolNotFound = (id: string) => notFound(`User pool ${id} does not exist.`);
export const clientNotFound = (id: string) => notFound(`User pool client ${id} does not exist.`);
export const noDeliveryChannel = () =>
  invalidParameter(
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
  );
