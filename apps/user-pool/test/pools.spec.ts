import type { LogConfigurationType } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from '@jest/globals';
import { expectPoolReplacement, type PoolChange } from './replaced-settings.js';
import { createPool, openTestPool, refusal } from './support.js';

const pool = openTestPool();

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:000000000000:${name}`;
const fn = arn('lambda', 'function:trigger');
const versioned = { LambdaVersion: 'V1_0', LambdaArn: fn } as const;
const sms = { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'x', SnsRegion: 'eu-west-1' };
/** Settings that the contract suite cannot try because they name resources of other services. */
const awsSettings: PoolChange = {
  LambdaConfig: {
    PreSignUp: fn,
    CustomMessage: fn,
    PostConfirmation: fn,
    PreAuthentication: fn,
    PostAuthentication: fn,
    DefineAuthChallenge: fn,
    CreateAuthChallenge: fn,
    VerifyAuthChallengeResponse: fn,
    PreTokenGeneration: fn,
    UserMigration: fn,
    PreTokenGenerationConfig: versioned,
    CustomSMSSender: versioned,
    CustomEmailSender: versioned,
    KMSKeyID: arn('kms', 'key/one'),
    InboundFederation: versioned,
  },
  EmailConfiguration: {
    SourceArn: arn('ses', 'identity/hello@example.com'),
    ReplyToEmailAddress: 'hello@example.com',
    EmailSendingAccount: 'DEVELOPER',
    From: 'Hello <hello@example.com>',
    ConfigurationSet: 'mails',
  },
  SmsConfiguration: { ...sms, EumsSms: { CallerArn: sms.SnsCallerArn, OriginationIdentity: 'phone-1' } },
  DcrConfiguration: { EnableStatus: 'Enabled', OpenDcrEnabled: false, AllowedScopes: ['openid'] },
  KeyConfiguration: { KeyType: 'CUSTOMER_MANAGED_KEY', KmsKeyArn: arn('kms', 'key/two') },
  IssuerConfiguration: { Type: 'UPDATED' },
  AcrConfiguration: { high: { AcrValue: 'urn:example:high' } },
};

const describePool = async (UserPoolId: string) => (await pool.sdk.describeUserPool({ UserPoolId })).UserPool;

describe('a pool', () => {
  it('is described with its defaults, its schema and its count of users', async () => {
    await pool.createUser('ann@example.com');
    const described = await describePool(pool.poolId);
    expect(described).toMatchObject({
      Id: pool.poolId,
      Name: 'people',
      Arn: `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${pool.poolId}`,
      MfaConfiguration: 'OFF',
      EstimatedNumberOfUsers: 1,
      Policies: { PasswordPolicy: { MinimumLength: 8, TemporaryPasswordValidityDays: 7 } },
    });
    const names = described?.SchemaAttributes?.map(({ Name }) => Name);
    expect(names).toEqual(expect.arrayContaining(['sub', 'email', 'custom:rails_app_id']));
  });

  it('is reset by an update except for given and immutable settings', async () => {
    const poolId = await createPool(pool.sdk, { Policies: { PasswordPolicy: { MinimumLength: 12 } } });
    await pool.sdk.updateUserPool({ UserPoolId: poolId, EmailVerificationSubject: 'Hello' });
    const described = await describePool(poolId);
    expect(described?.Policies?.PasswordPolicy?.MinimumLength).toBe(8);
    expect(described).toMatchObject({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      EmailVerificationSubject: 'Hello',
    });
    expect(described?.AutoVerifiedAttributes).toBeUndefined();
  });

  it('is reset by an update also in what names other AWS services', async () => {
    const poolId = await createPool(pool.sdk);
    await expectPoolReplacement(pool.sdk, poolId, awsSettings);
  });

  it('describes why its messages cannot be sent', async () => {
    const { account } = pool.server;
    const failures = {
      EmailConfigurationFailure: 'EmailAddressNotVerified',
      SmsConfigurationFailure: 'SNSSandbox',
    };
    account.replace({ failures: { [pool.poolId]: failures } });
    expect(await describePool(pool.poolId)).toMatchObject(failures);
    account.replace({});
    expect(await describePool(pool.poolId)).not.toHaveProperty('SmsConfigurationFailure');
  });

  it('keeps where its logs are delivered', async () => {
    const UserPoolId = await createPool(pool.sdk, { UserPoolTier: 'PLUS' });
    const LogConfigurations: LogConfigurationType[] = [
      {
        EventSource: 'userNotification',
        LogLevel: 'ERROR',
        CloudWatchLogsConfiguration: { LogGroupArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:pool' },
      },
      {
        EventSource: 'userAuthEvents',
        LogLevel: 'INFO',
        S3Configuration: { BucketArn: 'arn:aws:s3:::events' },
      },
    ];
    await pool.sdk.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations });
    const { LogDeliveryConfiguration } = await pool.sdk.getLogDeliveryConfiguration({ UserPoolId });
    expect(LogDeliveryConfiguration).toEqual({ UserPoolId, LogConfigurations });
    const twice = [LogConfigurations[0]!, LogConfigurations[0]!];
    const call = pool.sdk.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: twice });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
    for (const destinations of [
      { S3Configuration: undefined },
      { FirehoseConfiguration: { StreamArn: arn('firehose', 'deliverystream/events') } },
    ]) {
      const odd = [{ ...LogConfigurations[1]!, ...destinations }];
      const sent = pool.sdk.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: odd });
      expect((await refusal(sent)).name).toBe('InvalidParameterException');
    }
  });

  it('keeps its whole MFA configuration', async () => {
    const UserPoolId = await createPool(pool.sdk);
    const config = {
      MfaConfiguration: 'OPTIONAL' as const,
      SoftwareTokenMfaConfiguration: { Enabled: true },
      SmsMfaConfiguration: { SmsAuthenticationMessage: 'Code {####}', SmsConfiguration: sms },
      EmailMfaConfiguration: { Message: 'Code {####}', Subject: 'Code' },
      WebAuthnConfiguration: {
        RelyingPartyId: 'example.com',
        UserVerification: 'required' as const,
        FactorConfiguration: 'SINGLE_FACTOR' as const,
      },
    };
    await pool.sdk.setUserPoolMfaConfig({ UserPoolId, ...config });
    const { $metadata: _, ...described } = await pool.sdk.getUserPoolMfaConfig({ UserPoolId });
    expect(described).toEqual(config);
    expect((await describePool(UserPoolId))?.SmsConfiguration).toEqual(sms);
    await pool.sdk.updateUserPool({ UserPoolId });
    const left = await pool.sdk.getUserPoolMfaConfig({ UserPoolId });
    expect(left).toMatchObject({ MfaConfiguration: 'OFF', SoftwareTokenMfaConfiguration: { Enabled: true } });
    expect(left.SmsMfaConfiguration).toBeUndefined();
  });

  it('has SMS as a factor with SmsConfiguration, until SetUserPoolMfaConfig switches it off', async () => {
    const UserPoolId = await createPool(pool.sdk);
    const smsFactor = async () => (await pool.sdk.getUserPoolMfaConfig({ UserPoolId })).SmsMfaConfiguration;
    const update = { UserPoolId, SmsConfiguration: sms, MfaConfiguration: 'OPTIONAL' as const };
    const totp = { ...update, SmsConfiguration: undefined, SoftwareTokenMfaConfiguration: { Enabled: true } };
    await pool.sdk.setUserPoolMfaConfig(totp);
    await pool.sdk.updateUserPool(update);
    expect(await smsFactor()).toEqual({ SmsConfiguration: sms });
    await pool.sdk.setUserPoolMfaConfig(totp);
    await pool.sdk.updateUserPool(update);
    expect(await smsFactor()).toBeUndefined();
    await pool.sdk.setUserPoolMfaConfig({ UserPoolId, MfaConfiguration: 'OFF' });
    await pool.sdk.updateUserPool(update);
    expect(await smsFactor()).toEqual({ SmsConfiguration: sms });
  });

  it('is deleted with all its content', async () => {
    const doomed = await pool.addPool();
    await doomed.createUser('ann@example.com');
    await pool.sdk.deleteUserPool({ UserPoolId: doomed.poolId });
    expect((await refusal(describePool(doomed.poolId))).message).toBe(
      `User pool ${doomed.poolId} does not exist.`,
    );
    expect((await refusal(doomed.signIn('ann@example.com'))).name).toBe('ResourceNotFoundException');
    const guarded = await createPool(pool.sdk, { DeletionProtection: 'ACTIVE' });
    const call = pool.sdk.deleteUserPool({ UserPoolId: guarded });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });

  it('is listed in pages', async () => {
    const first = await pool.sdk.listUserPools({ MaxResults: 1 });
    expect(first.UserPools).toHaveLength(1);
    const rest = await pool.sdk.listUserPools({ MaxResults: 60, NextToken: first.NextToken });
    expect(rest.UserPools?.length).toBeGreaterThan(0);
    expect(rest.NextToken).toBeUndefined();
  });

  it('keeps its users apart from those of other pools', async () => {
    const other = await pool.addPool();
    expect((await refusal(other.signIn('ann@example.com'))).name).toBe('NotAuthorizedException');
    const call = pool.sdk.describeUserPoolClient({ UserPoolId: other.poolId, ClientId: pool.clientId });
    expect((await refusal(call)).name).toBe('ResourceNotFoundException');
  });

  it.each([
    ['both kinds of address settings', { UsernameAttributes: ['email'], AliasAttributes: ['email'] }],
    ['MFA without a way to send codes', { MfaConfiguration: 'ON' }],
    ['a policy shorter than six', { Policies: { PasswordPolicy: { MinimumLength: 5 } } }],
    ['a custom attribute with a long name', { Schema: [{ Name: 'x'.repeat(21) }] }],
    [
      'a setting that the local pool does not support',
      { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['EMAIL_OTP'] } } },
    ],
    [
      'two functions for one trigger',
      {
        LambdaConfig: {
          PreTokenGeneration: 'one',
          PreTokenGenerationConfig: { LambdaVersion: 'V1_0', LambdaArn: 'other' },
        },
      },
    ],
  ])('is refused with %s', async (_what, settings) => {
    const call = pool.sdk.createUserPool({ PoolName: 'odd', ...(settings as object) });
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });
});

describe('an app client', () => {
  it('is reset by an update except for given settings and its secret', async () => {
    const { ClientId, ClientSecret } = await pool.createClient({ GenerateSecret: true });
    const which = { UserPoolId: pool.poolId, ClientId };
    await pool.sdk.updateUserPoolClient({ ...which, AccessTokenValidity: 2 });
    const { UserPoolClient } = await pool.sdk.describeUserPoolClient(which);
    expect(UserPoolClient).toMatchObject({ ClientName: 'web', ClientSecret, AccessTokenValidity: 2 });
    expect(UserPoolClient?.PreventUserExistenceErrors).toBeUndefined();
    expect(UserPoolClient?.ExplicitAuthFlows).toBeUndefined();
    const { UserPoolClients } = await pool.sdk.listUserPoolClients({ UserPoolId: pool.poolId });
    expect(UserPoolClients?.map((client) => client.ClientId)).toContain(ClientId);
    await pool.sdk.deleteUserPoolClient(which);
    expect((await refusal(pool.sdk.describeUserPoolClient(which))).message).toBe(
      `User pool client ${ClientId} does not exist.`,
    );
  });

  it.each([
    ['old and new names of flows', { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'USER_PASSWORD_AUTH'] }],
    ['a flow that the local pool does not support', { ExplicitAuthFlows: ['ALLOW_USER_AUTH'] }],
    [
      'a lifetime that is too short',
      { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'minutes' } },
    ],
    ['a session that is too long', { AuthSessionValidity: 16 }],
    ['an attribute that the pool lacks', { ReadAttributes: ['custom:nope'] }],
  ])('is refused with %s', async (_what, settings) => {
    const call = pool.createClient(settings as object);
    expect((await refusal(call)).name).toBe('InvalidParameterException');
  });
});
