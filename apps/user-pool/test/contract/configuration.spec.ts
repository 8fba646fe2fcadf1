import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ClientChange,
  expectClientReplacement,
  expectPoolReplacement,
  type PoolChange,
} from '../replaced-settings.js';
import { refusal } from '../support.js';
import { useTarget, type Target } from './target.js';

const target = useTarget(process.env);
let other: Target;
beforeAll(async () => {
  other = await target.addPool({});
});

const invalid = 'InvalidParameterException';
const describePool = async ({ sdk, poolId }: Target) =>
  (await sdk.describeUserPool({ UserPoolId: poolId })).UserPool ?? {};

/** Settings that need no other AWS resource. */
const poolSettings: PoolChange = {
  Policies: {
    PasswordPolicy: {
      MinimumLength: 12,
      RequireLowercase: true,
      RequireUppercase: false,
      RequireNumbers: false,
      RequireSymbols: false,
      TemporaryPasswordValidityDays: 7,
    },
  },
  DeletionProtection: 'ACTIVE',
  AutoVerifiedAttributes: ['email'],
  SmsVerificationMessage: 'Code {####}',
  EmailVerificationMessage: 'Your code: {####}',
  EmailVerificationSubject: 'Code',
  VerificationMessageTemplate: {
    DefaultEmailOption: 'CONFIRM_WITH_LINK',
    EmailMessageByLink: 'Open {##this link##}',
    EmailSubjectByLink: 'Link',
  },
  SmsAuthenticationMessage: 'Your code: {####}',
  DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: true },
  UserPoolTags: { team: 'usher' },
  AdminCreateUserConfig: {
    AllowAdminCreateUserOnly: true,
    InviteMessageTemplate: {
      EmailMessage: 'Your username is {username}, your password {####}',
      EmailSubject: 'Welcome',
      SMSMessage: 'Your username is {username}, your password {####}',
    },
  },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }] },
  UserPoolTier: 'LITE',
};

const clientSettings: ClientChange = {
  RefreshTokenValidity: 90,
  AccessTokenValidity: 15,
  IdTokenValidity: 20,
  TokenValidityUnits: { AccessToken: 'hours', IdToken: 'hours', RefreshToken: 'hours' },
  ReadAttributes: ['email', 'name'],
  WriteAttributes: ['email', 'name'],
  ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
  SupportedIdentityProviders: ['COGNITO'],
  CallbackURLs: ['https://example.com/in'],
  LogoutURLs: ['https://example.com/out'],
  DefaultRedirectURI: 'https://example.com/in',
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['openid'],
  AllowedOAuthFlowsUserPoolClient: true,
  PreventUserExistenceErrors: 'ENABLED',
  EnableTokenRevocation: false,
  EnablePropagateAdditionalUserContextData: true,
  AuthSessionValidity: 10,
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
};

// API reference: CreateUserPool, UpdateUserPool, UpdateUserPoolClient.
describe('the configuration of a pool', () => {
  it('has the documented defaults', async () => {
    expect(await describePool(other)).toMatchObject({
      DeletionProtection: 'INACTIVE',
      UserPoolTier: 'ESSENTIALS',
      MfaConfiguration: 'OFF',
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
    });
  });

  it('is replaced by UpdateUserPool: what an update omits returns to its default', async () => {
    // A pool with deletion protection cannot be deleted after the tests.
    const unprotect = () => other.sdk.updateUserPool({ UserPoolId: other.poolId });
    await expectPoolReplacement(other.sdk, other.poolId, poolSettings).finally(unprotect);
  });

  it('can be sent back by UpdateUserPool as described, without read-only and replaced members', async () => {
    const pool = await target.addPool({ UserPoolTags: { team: 'usher' } });
    const before = await describePool(pool);
    const { Id: UserPoolId, Name: PoolName, AdminCreateUserConfig: invitations, ...described } = before;
    for (const name of [
      'Arn',
      'SchemaAttributes',
      'EstimatedNumberOfUsers',
      'CreationDate',
      'LastModifiedDate',
      'UsernameAttributes',
      'UsernameConfiguration',
    ])
      delete (described as Record<string, unknown>)[name];
    const { UnusedAccountValidityDays: days, ...AdminCreateUserConfig } = invitations ?? {};
    const change = { UserPoolId, PoolName, ...described, AdminCreateUserConfig };
    await pool.sdk.updateUserPool(change);
    expect(await describePool(pool)).toEqual({ ...before, LastModifiedDate: expect.any(Date) });
    const whole = { ...change, AdminCreateUserConfig: { UnusedAccountValidityDays: days } };
    expect(await refusal(pool.sdk.updateUserPool(whole))).toEqual({
      name: invalid,
      message: expect.stringMatching(
        /^Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays/,
      ),
    });
  });

  it('needs an identity of Amazon SES for EmailSendingAccount DEVELOPER', async () => {
    const EmailConfiguration = { EmailSendingAccount: 'DEVELOPER' as const };
    const call = other.sdk.updateUserPool({ UserPoolId: other.poolId, EmailConfiguration });
    expect((await refusal(call)).name).toBe(invalid);
  });

  it('has threat protection in the PLUS tier only', async () => {
    const UserPoolAddOns = { AdvancedSecurityMode: 'AUDIT' as const };
    const update = (UserPoolTier: 'ESSENTIALS' | 'PLUS') =>
      other.sdk.updateUserPool({ UserPoolId: other.poolId, UserPoolAddOns, UserPoolTier });
    expect((await refusal(update('ESSENTIALS'))).name).toBe('FeatureUnavailableInTierException');
    await update('PLUS');
    expect(await describePool(other)).toMatchObject({ UserPoolAddOns, UserPoolTier: 'PLUS' });
  });
});

describe('the configuration of an app client', () => {
  it('is replaced by UpdateUserPoolClient: what an update omits returns to its default', async () => {
    const { ClientId } = await target.createClient({ GenerateSecret: true });
    await expectClientReplacement(target.sdk, { UserPoolId: target.poolId, ClientId }, clientSettings);
  });

  it('has EnablePropagateAdditionalUserContextData only with a secret', async () => {
    const call = target.createClient({ EnablePropagateAdditionalUserContextData: true });
    expect((await refusal(call)).name).toBe(invalid);
    const which = { UserPoolId: target.poolId, ClientId: target.clientId };
    const update = { ...which, EnablePropagateAdditionalUserContextData: true };
    expect((await refusal(target.sdk.updateUserPoolClient(update))).name).toBe(invalid);
  });
});

// API reference: GetProvisionedLimit, LimitDefinitionType.
describe('AddCustomAttributes', () => {
  it('adds an attribute once', async () => {
    const { sdk, poolId: UserPoolId } = other;
    const CustomAttributes = [{ Name: 'added', AttributeDataType: 'String' as const, Mutable: true }];
    const add = () => sdk.addCustomAttributes({ UserPoolId, CustomAttributes });
    await add();
    const { SchemaAttributes = [] } = await describePool(other);
    expect(SchemaAttributes.find(({ Name }) => Name === 'custom:added')).toMatchObject({
      ...{ AttributeDataType: 'String', Mutable: true, Required: false },
    });
    expect((await refusal(add())).name).toBe(invalid);
  });
});

describe('GetProvisionedLimit', () => {
  const limitOf = (Category: string) =>
    target.sdk.getProvisionedLimit({
      LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category } },
    });

  it('returns requests per second of a category of operations', async () => {
    const { Limit } = await limitOf('UserAuthentication');
    expect(Limit).toEqual({
      LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category: 'UserAuthentication' } },
      ProvisionedLimitValue: expect.any(Number),
      FreeLimitValue: expect.any(Number),
    });
  });

  it('refuses an unknown category and a definition without one', async () => {
    expect(target.either('ResourceNotFoundException', invalid)).toContain(
      (await refusal(limitOf('Nothing'))).name,
    );
    const empty = { LimitDefinition: { LimitClass: 'API_CATEGORY' as const, Attributes: {} } };
    expect((await refusal(target.sdk.getProvisionedLimit(empty))).name).toBe(invalid);
  });
});

// API reference: LogConfigurationType.
describe('SetLogDeliveryConfiguration', () => {
  const set = (...LogConfigurations: object[]) =>
    target.sdk.setLogDeliveryConfiguration({
      UserPoolId: target.poolId,
      LogConfigurations: LogConfigurations as [],
    });
  const CloudWatchLogsConfiguration = {
    LogGroupArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:usher-contract',
  };

  it('accepts an empty list, which is the default', async () => {
    const empty = { UserPoolId: target.poolId, LogConfigurations: [] };
    const get = () => target.sdk.getLogDeliveryConfiguration({ UserPoolId: target.poolId });
    expect((await get()).LogDeliveryConfiguration).toEqual(empty);
    expect((await set()).LogDeliveryConfiguration).toEqual(empty);
  });

  it.each([
    ['userNotification', 'INFO', invalid],
    ['userAuthEvents', 'ERROR', invalid],
    ['userAuthEvents', 'INFO', 'FeatureUnavailableInTierException'],
    ['nothing', 'ERROR', invalid],
  ])('refuses the events %s with the level %s', async (EventSource, LogLevel, name) => {
    const call = set({ EventSource, LogLevel, CloudWatchLogsConfiguration });
    expect((await refusal(call)).name).toBe(name);
  });
});

// API reference: GetUserAuthFactors, AdminGetUserAuthFactors.
it('GetUserAuthFactors and AdminGetUserAuthFactors return how a user can sign in', async () => {
  const username = await target.createUser('factors@example.com');
  const factors = { Username: username, ConfiguredUserAuthFactors: ['PASSWORD'] };
  const { AuthenticationResult: tokens } = await target.signIn('factors@example.com');
  const own = await target.sdk.getUserAuthFactors({ AccessToken: tokens?.AccessToken });
  expect(own).toMatchObject(factors);
  const which = { UserPoolId: target.poolId, Username: 'factors@example.com' };
  expect(await target.sdk.adminGetUserAuthFactors(which)).toMatchObject(factors);
  const unknown = { ...which, Username: 'nobody@example.com' };
  expect((await refusal(target.sdk.adminGetUserAuthFactors(unknown))).name).toBe('UserNotFoundException');
});
