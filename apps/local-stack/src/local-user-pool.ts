import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  SetLogDeliveryConfigurationCommand,
  SetUserPoolMfaConfigCommand,
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

/** Returns the pool and client of an earlier start, or creates them. */
export async function ensurePool(
  folder: LocalFolder,
  endpoint: string,
  { AWS_REGION: region = defaultRegion, LEGACY_ID_ATTRIBUTE: attribute = legacyIdAttribute }: Environment,
): Promise<PoolIds> {
  const kept = await folder.readJson<PoolIds>(file);
  if (kept) return kept;
  const cognito = new CognitoIdentityProviderClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const ids = await createPool(cognito, region, attribute);
    await folder.writeJson(file, ids);
    return ids;
  } finally {
    cognito.destroy();
  }
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
    LambdaConfig: { UserMigration: trigger, PreSignUp: trigger },
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
