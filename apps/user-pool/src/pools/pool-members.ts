import { flag, listOf, mapOf, numberAsText, oneOf, record, text, whole } from '../wire/rules.js';

const address = oneOf('email', 'phone_number');
const days = whole(0, 365);

const policies = record({
  PasswordPolicy: record({
    MinimumLength: whole(6, 99),
    RequireUppercase: flag,
    RequireLowercase: flag,
    RequireNumbers: flag,
    RequireSymbols: flag,
    PasswordHistorySize: whole(0, 24),
    TemporaryPasswordValidityDays: days,
  }),
  // Passwordless sign-in is not supported.
  SignInPolicy: record({ AllowedFirstAuthFactors: listOf(oneOf('PASSWORD')) }),
});

const versioned = record({ LambdaVersion: oneOf('V1_0'), LambdaArn: text });

/** Members of `LambdaConfig`. Custom senders and triggers of unsupported flows are stored without effect. */
const triggers = record({
  CreateAuthChallenge: text,
  CustomEmailSender: versioned,
  CustomMessage: text,
  CustomSMSSender: versioned,
  DefineAuthChallenge: text,
  InboundFederation: versioned,
  KMSKeyID: text,
  PostAuthentication: text,
  PostConfirmation: text,
  PreAuthentication: text,
  PreSignUp: text,
  PreTokenGeneration: text,
  // Versions 2 and 3 have another event, which is not supported.
  PreTokenGenerationConfig: versioned,
  UserMigration: text,
  VerifyAuthChallengeResponse: text,
});

const verificationMessage = record({
  SmsMessage: text,
  EmailMessage: text,
  EmailSubject: text,
  EmailMessageByLink: text,
  EmailSubjectByLink: text,
  DefaultEmailOption: oneOf('CONFIRM_WITH_LINK', 'CONFIRM_WITH_CODE'),
});

const emailConfiguration = record({
  SourceArn: text,
  ReplyToEmailAddress: text,
  EmailSendingAccount: oneOf('COGNITO_DEFAULT', 'DEVELOPER'),
  From: text,
  ConfigurationSet: text,
});

export const smsConfiguration = record({
  SnsCallerArn: text,
  ExternalId: text,
  SnsRegion: text,
  EumsSms: record({
    CallerArn: text,
    ExternalId: text,
    OriginationIdentity: text,
    ConfigurationSetName: text,
    InEntityId: text,
    InTemplateId: text,
    Region: text,
  }),
});

const invitations = record({
  AllowAdminCreateUserOnly: flag,
  UnusedAccountValidityDays: days,
  InviteMessageTemplate: record({ SMSMessage: text, EmailMessage: text, EmailSubject: text }),
});

const recovery = record({
  RecoveryMechanisms: listOf(
    record({ Priority: whole(1, 2), Name: oneOf('verified_email', 'verified_phone_number', 'admin_only') }),
  ),
});

const threatProtection = record({
  AdvancedSecurityMode: oneOf('OFF', 'AUDIT', 'ENFORCED'),
  AdvancedSecurityAdditionalFlows: record({ CustomAuthMode: oneOf('AUDIT', 'ENFORCED') }),
});

const clientRegistration = record({
  EnableStatus: oneOf('Enabled', 'Disabled'),
  OpenDcrEnabled: flag,
  AuthenticatedGrantTypes: listOf(oneOf('code', 'implicit', 'client_credentials')),
  OpenDcrGrantTypes: listOf(oneOf('code', 'implicit', 'client_credentials')),
  AllowedScopes: listOf(text),
});

export const mfaMode = oneOf('OFF', 'ON', 'OPTIONAL');

/** Settings of a pool that an update can change. Some are only checked and returned. */
export const poolMembers = {
  Policies: policies,
  DeletionProtection: oneOf('ACTIVE', 'INACTIVE'),
  LambdaConfig: triggers,
  AutoVerifiedAttributes: listOf(address),
  SmsVerificationMessage: 'text',
  EmailVerificationMessage: 'text',
  EmailVerificationSubject: 'text',
  VerificationMessageTemplate: verificationMessage,
  SmsAuthenticationMessage: 'text',
  UserAttributeUpdateSettings: record({ AttributesRequireVerificationBeforeUpdate: listOf(address) }),
  MfaConfiguration: mfaMode,
  DeviceConfiguration: record({ ChallengeRequiredOnNewDevice: flag, DeviceOnlyRememberedOnUserPrompt: flag }),
  EmailConfiguration: emailConfiguration,
  SmsConfiguration: smsConfiguration,
  UserPoolTags: 'map',
  AdminCreateUserConfig: invitations,
  UserPoolAddOns: threatProtection,
  DcrConfiguration: clientRegistration,
  AccountRecoverySetting: recovery,
  UserPoolTier: oneOf('LITE', 'ESSENTIALS', 'PLUS'),
  KeyConfiguration: record({
    KeyType: oneOf('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KEY'),
    KmsKeyArn: text,
  }),
  IssuerConfiguration: record({ Type: oneOf('ORIGINAL', 'UPDATED') }),
  AcrConfiguration: mapOf(record({ AcrValue: text })),
} as const;

export const schemaAttributes = listOf(
  record({
    Name: text,
    AttributeDataType: oneOf('String', 'Number', 'DateTime', 'Boolean'),
    DeveloperOnlyAttribute: flag,
    Mutable: flag,
    Required: flag,
    NumberAttributeConstraints: record({ MinValue: numberAsText, MaxValue: numberAsText }),
    StringAttributeConstraints: record({ MinLength: numberAsText, MaxLength: numberAsText }),
  }),
);

/** Immutable settings of a pool. */
export const firstPoolMembers = {
  AliasAttributes: listOf(oneOf('email', 'phone_number', 'preferred_username')),
  UsernameAttributes: listOf(address),
  UsernameConfiguration: record({ CaseSensitive: flag }),
  Schema: schemaAttributes,
} as const;
