import type { CreateGroupRequest, CreateGroupResponse } from '@aws-sdk/client-cognito-identity-provider';
import { presentGroup } from '../pools/presented-group.js';
import { requirePool } from '../sign-in/clients.js';
import { ServiceError } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const createGroup = operation<CreateGroupRequest, CreateGroupResponse>(
  { UserPoolId: 'text!', GroupName: 'username!', Description: 'text', RoleArn: 'text', Precedence: 'number' },
  (context, { UserPoolId, GroupName, Description, RoleArn, Precedence }) => {
    const pool = requirePool(context, UserPoolId);
    if (context.database.group(pool.id, GroupName)) {
      throw new ServiceError('GroupExistsException', 'A group with the name already exists.');
    }
    const now = context.clock.now();
    const group = {
      poolId: pool.id,
      name: GroupName,
      createdAt: now,
      modifiedAt: now,
      ...(Description !== undefined && { description: Description }),
      ...(RoleArn !== undefined && { roleArn: RoleArn }),
      ...(Precedence !== undefined && { precedence: Precedence }),
    };
    context.database.saveGroup(group);
    return { Group: presentGroup(group) };
  },
);
