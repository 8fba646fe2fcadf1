import type { GroupType } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import type { Group, Pool } from '../state/records.js';
import { notFound } from '../wire/errors.js';

export const presentGroup = ({ name, poolId, createdAt, modifiedAt, ...group }: Group): GroupType => ({
  GroupName: name,
  UserPoolId: poolId,
  Description: group.description,
  RoleArn: group.roleArn,
  Precedence: group.precedence,
  CreationDate: new Date(createdAt),
  LastModifiedDate: new Date(modifiedAt),
});

export function requireGroup(context: Context, pool: Pool, name: string): Group {
  const group = context.database.group(pool.id, name);
  if (!group) throw notFound('Group not found.');
  return group;
}
