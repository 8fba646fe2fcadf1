/** The parts of a Cognito trigger event that are read here. Everything else goes back to Cognito as it came. */
export interface TriggerEvent {
  triggerSource: string;
  /** What the person typed; for a sign-up perhaps a random id, with the address among the attributes. */
  userName: string;
  request: {
    /** Sent with `UserMigration_Authentication` only. */
    password?: string;
    userAttributes?: Record<string, string>;
    /** What the caller of `InitiateAuth` sent as ClientMetadata; of `ForgotPassword` it is the other one. */
    validationData?: Record<string, string> | null;
    clientMetadata?: Record<string, string> | null;
  };
  response: object;
}

/** The response of the user migration trigger; an empty one means 'no such user'. */
export interface MigrationResponse {
  userAttributes: Record<string, string>;
  messageAction: 'SUPPRESS';
  /** Absent, Cognito sets RESET_REQUIRED. */
  finalUserStatus?: 'CONFIRMED';
}

/** The parts of Lambda's context object that are read here. */
export interface LambdaContext {
  awsRequestId?: string;
  getRemainingTimeInMillis?(): number;
}
