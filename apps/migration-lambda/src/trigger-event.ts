/** The parts of a Cognito trigger event that the Lambda reads. All other parts are returned unchanged. */
export interface TriggerEvent {
  triggerSource: string;
  /** What the user typed. At a sign-up it may be a random id; the address is then among the attributes. */
  userName: string;
  request: {
    /** Sent with `UserMigration_Authentication` only. */
    password?: string;
    userAttributes?: Record<string, string>;
    /** ClientMetadata of `InitiateAuth`; that of `ForgotPassword` arrives as `clientMetadata`. */
    validationData?: Record<string, string> | null;
    clientMetadata?: Record<string, string> | null;
  } & MessageRequest;
  response: object;
}

/** The parts of the request of `CustomMessage_…` that are read. Values are checked, because an error would cost a code. */
export interface MessageRequest {
  userAttributes?: { locale?: unknown } | null;
  clientMetadata?: { language?: unknown } | null;
  /** Cognito replaces it with the code or the temporary password: `{####}`. */
  codeParameter?: unknown;
  /** Cognito replaces it with the user name: `{username}`; only for `CustomMessage_AdminCreateUser`. */
  usernameParameter?: unknown;
}

/** The response of the user migration trigger. An empty one means 'no such user'. */
export interface MigrationResponse {
  userAttributes: Record<string, string>;
  messageAction: 'SUPPRESS';
  /** If absent, Cognito sets RESET_REQUIRED. */
  finalUserStatus?: 'CONFIRMED';
}

/** The parts of Lambda's context object that are read here. */
export interface LambdaContext {
  awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}
