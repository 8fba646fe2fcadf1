import {
  CognitoIdentityProvider,
  type CreateUserPoolClientCommandInput,
  type CreateUserPoolCommandInput,
} from '@aws-sdk/client-cognito-identity-provider';

export const region = 'us-east-1';

export interface PoolOptions {
  /** Changes to the settings of the pool. */
  pool?: Partial<CreateUserPoolCommandInput>;
  /** Changes to the settings of the app client. */
  client?: Partial<CreateUserPoolClientCommandInput>;
  /** Authenticator apps: optional or required. */
  mfa?: 'OPTIONAL' | 'ON';
}

export interface PoolIds {
  userPoolId: string;
  clientId: string;
  clientSecret: string | undefined;
}

/** Refresh token rotation with this grace period in seconds. */
export const rotation = (graceSeconds: number): Partial<CreateUserPoolClientCommandInput> => ({
  // With rotation Cognito accepts refresh tokens only in GetTokensFromRefreshToken.
  ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: graceSeconds },
});

const migrationFunction = `arn:aws:lambda:${region}:000000000000:function:usher-migration`;

/** The Lambda also writes the pool's mails, which needs an identity of Amazon SES. */
export const customMessages: Partial<CreateUserPoolCommandInput> = {
  LambdaConfig: { UserMigration: migrationFunction, CustomMessage: migrationFunction },
  EmailConfiguration: {
    EmailSendingAccount: 'DEVELOPER',
    SourceArn: `arn:aws:ses:${region}:000000000000:identity/example.com`,
  },
};

/** A pool with the migration trigger, and an app client. */
export async function createPool(
  cognito: CognitoIdentityProvider,
  { pool: poolChanges, client: clientChanges, mfa }: PoolOptions,
): Promise<PoolIds> {
  const { UserPool: pool } = await cognito.createUserPool({
    PoolName: 'tests',
    UsernameAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
    AutoVerifiedAttributes: ['email'],
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    LambdaConfig: { UserMigration: migrationFunction },
    Schema: [{ Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true }],
    Policies: {
      PasswordPolicy: {
        MinimumLength: 8,
        RequireUppercase: false,
        RequireLowercase: false,
        RequireNumbers: true,
        RequireSymbols: false,
      },
    },
    ...poolChanges,
  });
  const UserPoolId = pool?.Id;
  if (mfa)
    await cognito.setUserPoolMfaConfig({
      UserPoolId,
      MfaConfiguration: mfa,
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
  const { UserPoolClient: client } = await cognito.createUserPoolClient({
    UserPoolId,
    ClientName: 'tests',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    PreventUserExistenceErrors: 'ENABLED',
    EnableTokenRevocation: true,
    WriteAttributes: ['name'],
    ...clientChanges,
  });
  if (!pool?.Id || !client?.ClientId) throw new Error('the pool was not created');
  return { userPoolId: pool.Id, clientId: client.ClientId, clientSecret: client.ClientSecret };
}
