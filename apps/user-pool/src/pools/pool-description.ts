import type {
  CreateGroupRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
  SetUserPoolMfaConfigRequest,
} from '@aws-sdk/client-cognito-identity-provider';

/** A pool in a file: the members of the operations that create it, and optional ids. */
export interface PoolDescription extends Partial<CreateUserPoolRequest> {
  /** Such as `eu-west-1_local0001`. */
  Id: string;
  Mfa?: Omit<SetUserPoolMfaConfigRequest, 'UserPoolId'>;
  Clients?: (Partial<CreateUserPoolClientRequest> & { ClientId: string })[];
  Groups?: Omit<CreateGroupRequest, 'UserPoolId'>[];
  Users?: UserDescription[];
}

export interface UserDescription {
  Username: string;
  /** A permanent password; without it the user is created in FORCE_CHANGE_PASSWORD and no invitation is sent. */
  Password?: string;
  Attributes?: Record<string, string>;
  Groups?: string[];
}
