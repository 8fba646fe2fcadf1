import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  DescribeUserPoolCommand,
  SetLogDeliveryConfigurationCommand,
  SetUserPoolMfaConfigCommand,
  UpdateUserPoolCommand,
  type UpdateUserPoolCommandInput,
  UserImportInProgressException,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { defaultRegion, type Environment } from './config/environment.js';
import type { LocalFolder } from './local-folder.js';

// The Lambda's own default.
const legacyIdAttribute = 'custom:rails_app_id';

export const migrationFunction = 'usher-migration';

export interface PoolIds {
  userPoolId: string;
  clientId: string;
}

// Stored beside the pool's data, so that both are deleted together.
const file = 'user-pool/ids.json';

/** Returns the pool and client of an earlier start, which may be of an earlier release, or creates them. */
export async function ensurePool(
  folder: LocalFolder,
  endpoint: string,
  { AWS_REGION: region = defaultRegion, LEGACY_ID_ATTRIBUTE: attribute = legacyIdAttribute }: Environment,
): Promise<PoolIds> {
  const kept = await folder.readJson<PoolIds>(file);
  const cognito = new CognitoIdentityProviderClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    if (kept) {
      await addCustomMessage(cognito, kept.userPoolId, poolSettings(region, attribute));
      return kept;
    }
    const ids = await createPool(cognito, region, attribute);
    await folder.writeJson(file, ids);
    return ids;
  } finally {
    cognito.destroy();
  }
}

/** Members of UpdateUserPool that DescribeUserPool returns under the same name (API reference, both operations). */
const updatable = [
  'AccountRecoverySetting',
  'AutoVerifiedAttributes',
  'DeletionProtection',
  'DeviceConfiguration',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'IssuerConfiguration',
  'KeyConfiguration',
  'MfaConfiguration',
  'Policies',
  'SmsAuthenticationMessage',
  'SmsConfiguration',
  'SmsVerificationMessage',
  'UserAttributeUpdateSettings',
  'UserPoolAddOns',
  'UserPoolTags',
  'UserPoolTier',
  'VerificationMessageTemplate',
] as const satisfies (keyof UserPoolType & keyof UpdateUserPoolCommandInput)[];

/** Pools of earlier releases lack the trigger. UpdateUserPool replaces all settings, so it gets the others as they are. */
async function addCustomMessage(
  cognito: CognitoIdentityProviderClient,
  UserPoolId: string,
  { LambdaConfig, EmailConfiguration }: CreateUserPoolCommandInput,
): Promise<void> {
  const { UserPool: pool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }));
  if (!pool || pool.LambdaConfig?.CustomMessage !== undefined) return;
  // Deprecated, and refused beside its successor.
  const { UnusedAccountValidityDays: _, ...AdminCreateUserConfig } = pool.AdminCreateUserConfig ?? {};
  const isOwnSender = pool.EmailConfiguration?.EmailSendingAccount === 'DEVELOPER';
  const update = new UpdateUserPoolCommand({
    ...(Object.fromEntries(updatable.map((name) => [name, pool[name]])) as Pick<
      UpdateUserPoolCommandInput,
      (typeof updatable)[number]
    >),
    UserPoolId,
    PoolName: pool.Name,
    AdminCreateUserConfig,
    LambdaConfig: { ...pool.LambdaConfig, CustomMessage: LambdaConfig?.CustomMessage },
    // With Cognito's own sender the trigger may not change mails.
    EmailConfiguration: isOwnSender ? pool.EmailConfiguration : EmailConfiguration,
  });
  // A user import job that goes on after a restart: the next start adds the trigger.
  await cognito.send(update).catch((error: unknown) => {
    if (!(error instanceof UserImportInProgressException)) throw error;
  });
}

async function createPool(
  cognito: CognitoIdentityProviderClient,
  region: string,
  attribute: string,
): Promise<PoolIds> {
  const { UserPool: pool } = await cognito.send(new CreateUserPoolCommand(poolSettings(region, attribute)));
  // Not a member of CreateUserPool.
  await cognito.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: pool?.Id,
      MfaConfiguration: 'OPTIONAL',
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  await cognito.send(
    new SetLogDeliveryConfigurationCommand({
      UserPoolId: pool?.Id,
      LogConfigurations: [
        {
          LogLevel: 'ERROR',
          EventSource: 'userNotification',
          CloudWatchLogsConfiguration: { LogGroupArn: arn('logs', region, 'log-group:usher-local') },
        },
      ],
    }),
  );
  const { UserPoolClient: client } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: pool?.Id,
      ClientName: 'usher',
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      WriteAttributes: ['name'],
    }),
  );
  if (!pool?.Id || !client?.ClientId)
    throw new Error('The local user pool returned no id for the new pool or client.');
  return { userPoolId: pool.Id, clientId: client.ClientId };
}

const arn = (service: string, region: string, resource: string): string =>
  `arn:aws:${service}:${region}:000000000000:${resource}`;

function poolSettings(region: string, attribute: string): CreateUserPoolCommandInput {
  const trigger = arn('lambda', region, `function:${migrationFunction}`);
  return {
    PoolName: 'usher-local',
    // As in production, so that usher doctor finds nothing.
    DeletionProtection: 'ACTIVE',
    EmailConfiguration: {
      EmailSendingAccount: 'DEVELOPER',
      SourceArn: arn('ses', region, 'identity/example.com'),
    },
    UsernameAttributes: ['email'],
    UsernameConfiguration: { CaseSensitive: false },
    AutoVerifiedAttributes: ['email'],
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    LambdaConfig: { UserMigration: trigger, PreSignUp: trigger, CustomMessage: trigger },
    Schema: [{ Name: attribute.replace(/^custom:/, ''), AttributeDataType: 'String', Mutable: true }],
    // The weakest policy of Cognito, because Devise accepted weak passwords.
    Policies: {
      PasswordPolicy: {
        MinimumLength: 8,
        RequireLowercase: false,
        RequireUppercase: false,
        RequireNumbers: false,
        RequireSymbols: false,
      },
    },
  };
}
