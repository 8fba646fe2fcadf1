import type { DeleteUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const deleteUserPool = operation<DeleteUserPoolRequest, object>(
  { UserPoolId: 'text!' },
  (context, { UserPoolId }) => {
    const pool = requirePool(context, UserPoolId);
    if (pool.settings.DeletionProtection === 'ACTIVE') {
      throw invalidParameter('The user pool cannot be deleted because deletion protection is activated.');
    }
    context.database.removePool(pool);
    context.keys.remove(pool.id);
    return {};
  },
);
