import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { passwordPolicy, poolArn, temporaryPasswordDays } from '../state/pool-rules.js';
import type { Pool, PoolSettings } from '../state/records.js';
import { schemaOf } from '../users/schema.js';

export function presentPool(context: Context, { id, settings, createdAt, modifiedAt }: Pool): UserPoolType {
  const { PoolName, ...rest } = settings;
  return {
    ...rest,
    ...presentSettings(settings),
    Id: id,
    Name: PoolName,
    Arn: poolArn(id),
    SchemaAttributes: [...schemaOf(settings).values()],
    ...context.account.failuresOf(id),
    EstimatedNumberOfUsers: context.database.countUsers(id),
    CreationDate: new Date(createdAt),
    LastModifiedDate: new Date(modifiedAt),
  };
}

/** Settings that are returned even if they are not set. */
const presentSettings = (settings: PoolSettings): UserPoolType => ({
  Policies: {
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
    ...settings.Policies,
    PasswordPolicy: passwordPolicy(settings),
  },
  DeletionProtection: settings.DeletionProtection ?? 'INACTIVE',
  LambdaConfig: settings.LambdaConfig ?? {},
  VerificationMessageTemplate: {
    DefaultEmailOption: 'CONFIRM_WITH_CODE',
    ...settings.VerificationMessageTemplate,
  },
  UserAttributeUpdateSettings: {
    AttributesRequireVerificationBeforeUpdate: [],
    ...settings.UserAttributeUpdateSettings,
  },
  MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
  EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT', ...settings.EmailConfiguration },
  UserPoolTags: settings.UserPoolTags ?? {},
  AdminCreateUserConfig: {
    AllowAdminCreateUserOnly: false,
    UnusedAccountValidityDays: temporaryPasswordDays(settings),
    ...settings.AdminCreateUserConfig,
  },
  UserPoolTier: settings.UserPoolTier ?? 'ESSENTIALS',
});
