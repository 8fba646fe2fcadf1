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
  // There is no sign-in without a password here.
  SignInPolicy: record({ AllowedFirstAuthFactors: listOf(oneOf('PASSWORD')) }),
});

/** In `LambdaConfig`; a version of an event other than the first one is not supported, nor are custom senders. */
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

/** The settings of a pool that can be given again at an update. Those without effect are checked and echoed only. */
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

/** Fixed for the life of a pool. */
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
