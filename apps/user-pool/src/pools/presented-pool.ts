import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { passwordPolicy } from '../state/pool-rules.js';
import type { Pool } from '../state/records.js';
import { schemaOf } from '../users/schema.js';

export function presentPool(context: Context, { id, settings, createdAt, modifiedAt }: Pool): UserPoolType {
  const { PoolName, ...rest } = settings;
  return {
    ...rest,
    Id: id,
    Name: PoolName,
    Arn: `arn:aws:cognito-idp:${id.split('_')[0]}:000000000000:userpool/${id}`,
    Policies: { ...settings.Policies, PasswordPolicy: passwordPolicy(settings) },
    SchemaAttributes: [...schemaOf(settings).values()],
    MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
    LambdaConfig: settings.LambdaConfig ?? {},
    EstimatedNumberOfUsers: context.database.countUsers(id),
    CreationDate: new Date(createdAt),
    LastModifiedDate: new Date(modifiedAt),
  };
}
