import type {
  CreateGroupRequest,
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
  SetUserPoolMfaConfigRequest,
} from '@aws-sdk/client-cognito-identity-provider';

/** A pool as a file describes it: the members of the operations that would make it, and ids where they matter. */
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
  /** Lasting; without it the user is invited, silently. */
  Password?: string;
  Attributes?: Record<string, string>;
  Groups?: string[];
}
