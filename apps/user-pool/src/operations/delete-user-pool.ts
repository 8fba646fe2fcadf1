import type { DeleteUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider';
import { refuseDuringImport } from '../imports/import-jobs.js';
import { requirePool } from '../sign-in/clients.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const deleteUserPool = operation<DeleteUserPoolRequest, object>(
  { UserPoolId: 'text!' },
  (context, { UserPoolId }) => {
    const pool = requirePool(context, UserPoolId);
    refuseDuringImport(context, pool);
    if (pool.settings.DeletionProtection === 'ACTIVE') {
      throw invalidParameter('The user pool cannot be deleted because deletion protection is activated.');
    }
    for (const { id } of context.database.importJobsOf(pool.id)) {
      context.importFiles.removeCsv(id);
      context.importFiles.removeLog(id);
    }
    context.database.removePool(pool);
    context.keys.remove(pool.id);
    return {};
  },
);
