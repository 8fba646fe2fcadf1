import { flag, listOf, numberAsText, oneOf, record, text, whole } from '../wire/rules.js';

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

/** Members of `LambdaConfig`. Supports only version 1 of events, and no custom senders. */
const triggers = record({
  CustomMessage: text,
  PostAuthentication: text,
  PostConfirmation: text,
  PreAuthentication: text,
  PreSignUp: text,
  PreTokenGeneration: text,
  UserMigration: text,
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

export const smsConfiguration = record({ SnsCallerArn: text, ExternalId: text, SnsRegion: text });

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
  EmailConfiguration: emailConfiguration,
  SmsConfiguration: smsConfiguration,
  UserPoolTags: 'map',
  AdminCreateUserConfig: invitations,
  AccountRecoverySetting: recovery,
  UserPoolTier: oneOf('LITE', 'ESSENTIALS', 'PLUS'),
} as const;

/** Immutable settings of a pool. */
export const firstPoolMembers = {
  AliasAttributes: listOf(oneOf('email', 'phone_number', 'preferred_username')),
  UsernameAttributes: listOf(address),
  UsernameConfiguration: record({ CaseSensitive: flag }),
  Schema: listOf(
    record({
      Name: text,
      AttributeDataType: oneOf('String', 'Number', 'DateTime', 'Boolean'),
      DeveloperOnlyAttribute: flag,
      Mutable: flag,
      Required: flag,
      NumberAttributeConstraints: record({ MinValue: numberAsText, MaxValue: numberAsText }),
      StringAttributeConstraints: record({ MinLength: numberAsText, MaxLength: numberAsText }),
    }),
  ),
} as const;
