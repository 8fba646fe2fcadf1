import { functionArn, type Installation } from '../drivers/doctor.js';

/** A mistake that `usher doctor` finds, by the id of the check. */
export interface DoctorFixture {
  /** Of the check; there may be several fixtures of one. */
  id: string;
  /** How the mistake comes about, for titles of tests. */
  mistake: string;
  installation: Installation;
  /** What the printed command of the AWS CLI changes. Absent where the remedy is no such command. */
  changes?: string[];
}

const flows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] as const;

const fixture = (
  id: string,
  mistake: string,
  installation: Installation,
  changes?: string | string[],
): DoctorFixture => ({ id, mistake, installation, ...(changes && { changes: [changes].flat() }) });

/** Mistakes in the settings of the pool, its app client, or quotas. */
export const poolFixtures: DoctorFixture[] = [
  fixture(
    'pool.user_migration_trigger',
    'a pool without LambdaConfig',
    { pool: { LambdaConfig: undefined } },
    'LambdaConfig',
  ),
  fixture('pool.email_sign_in', 'a pool with user names', {
    pool: { UsernameAttributes: undefined },
  }),
  fixture('pool.email_sign_in', 'a pool with addresses as aliases', {
    pool: { UsernameAttributes: undefined, AliasAttributes: ['email'] },
  }),
  fixture('pool.case_sensitive', 'a pool made by the API without UsernameConfiguration', {
    pool: { UsernameConfiguration: undefined },
  }),
  fixture(
    'pool.legacy_id_attribute',
    'a pool without the custom attribute',
    {
      pool: { Schema: [{ Name: 'other', AttributeDataType: 'String', Mutable: true }] },
    },
    'SchemaAttributes',
  ),
  fixture('pool.legacy_id_attribute', 'a pool whose custom attribute is too short', {
    pool: {
      Schema: [
        {
          ...{ Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true },
          StringAttributeConstraints: { MaxLength: '5' },
        },
      ],
    },
  }),
  fixture('pool.required_attributes', 'a pool that requires a name', {
    pool: {
      Schema: [
        { Name: 'name', AttributeDataType: 'String', Mutable: true, Required: true },
        { Name: 'rails_app_id', AttributeDataType: 'String', Mutable: true },
      ],
    },
  }),
  fixture(
    'pool.mfa_factors',
    'a pool that requires text messages',
    {
      prepare: async ({ cognito }, { userPoolId: UserPoolId }) => {
        await cognito.setUserPoolMfaConfig({
          ...{ UserPoolId, MfaConfiguration: 'ON' },
          SmsMfaConfiguration: {
            SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sns', ExternalId: 'id' },
          },
        });
      },
    },
    [],
  ),
  fixture(
    'pool.email_verified_before_change',
    'a pool without UserAttributeUpdateSettings',
    { pool: { UserAttributeUpdateSettings: undefined } },
    'UserAttributeUpdateSettings',
  ),
  fixture(
    'pool.pre_sign_up',
    'a pool where strangers can sign up',
    { pool: { LambdaConfig: { UserMigration: functionArn } } },
    'LambdaConfig',
  ),
  fixture(
    'pool.pre_sign_up',
    'a pool with a pre sign-up trigger of its own',
    { pool: { LambdaConfig: { UserMigration: functionArn, PreSignUp: `${functionArn}-2` } } },
    'LambdaConfig',
  ),
  fixture(
    'pool.account_recovery',
    'a pool that recovers accounts by text message',
    {
      pool: {
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_phone_number', Priority: 1 }] },
      },
    },
    'AccountRecoverySetting',
  ),
  fixture('pool.message_delivery', 'a pool whose SES identity is gone', {
    prepare: async ({ pool }, { userPoolId }) =>
      pool.account.replace({ failures: { [userPoolId]: { EmailConfigurationFailure: 'EMAIL_IDENTITY' } } }),
  }),
  fixture(
    'pool.email_sender',
    "a pool with Cognito's own sender",
    { pool: { EmailConfiguration: undefined } },
    'EmailConfiguration',
  ),
  fixture(
    'pool.email_sender',
    "a pool with Cognito's own sender and a CustomMessage trigger",
    {
      pool: {
        EmailConfiguration: undefined,
        LambdaConfig: { UserMigration: functionArn, PreSignUp: functionArn, CustomMessage: functionArn },
      },
    },
    'EmailConfiguration',
  ),
  fixture('pool.log_delivery', 'a pool without log delivery', {
    prepare: async ({ cognito }, { userPoolId: UserPoolId }) => {
      await cognito.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: [] });
    },
  }),
  fixture('pool.threat_protection', 'a pool that blocks by IP address', {
    pool: { UserPoolTier: 'PLUS', UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' } },
  }),
  fixture(
    'pool.deletion_protection',
    'a pool that can be deleted',
    { pool: { DeletionProtection: 'INACTIVE' } },
    'DeletionProtection',
  ),
  fixture(
    'client.password_flow',
    'a client with SRP only',
    { client: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] } },
    'ExplicitAuthFlows',
  ),
  fixture('client.secret', 'a client with a secret that Usher does not know', {
    client: { GenerateSecret: true },
    environment: { AWS_COGNITO_CLIENT_SECRET: '' },
  }),
  fixture('client.secret', 'a client without the secret that Usher has', {
    environment: { AWS_COGNITO_CLIENT_SECRET: 'of-another-client' },
  }),
  fixture(
    'client.existence_errors',
    'a client with PreventUserExistenceErrors LEGACY',
    { client: { PreventUserExistenceErrors: 'LEGACY' } },
    'PreventUserExistenceErrors',
  ),
  fixture(
    'client.token_revocation',
    'a client without token revocation',
    { client: { EnableTokenRevocation: false } },
    'EnableTokenRevocation',
  ),
  fixture(
    'client.refresh_flow',
    'a client without refresh tokens',
    { client: { ExplicitAuthFlows: [flows[0]] } },
    'ExplicitAuthFlows',
  ),
  fixture(
    'client.refresh_token_validity',
    'refresh tokens of a day',
    { client: { RefreshTokenValidity: 1 } },
    'RefreshTokenValidity',
  ),
  fixture(
    'client.read_attributes',
    'a client that reads the name only',
    { client: { ReadAttributes: ['name'] } },
    'ReadAttributes',
  ),
  fixture(
    'client.write_attributes',
    'a client without WriteAttributes',
    { client: { WriteAttributes: undefined } },
    'WriteAttributes',
  ),
  fixture('client.exists', 'an accepted client that is gone', {
    environment: { AWS_COGNITO_ACCEPTED_CLIENT_IDS: 'nosuchclient' },
  }),
  fixture('quotas.user_authentication', 'an account with a low quota', {
    prepare: async ({ pool }) => pool.account.replace({ limits: { UserAuthentication: 20 } }),
  }),
  fixture('quotas.user_creation', 'an account with a low quota', {
    prepare: async ({ pool }) => pool.account.replace({ limits: { UserCreation: 5 } }),
  }),
];
