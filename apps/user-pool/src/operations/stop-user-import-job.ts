import type {
  StopUserImportJobRequest,
  StopUserImportJobResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentImportJob, requireImportJob } from '../imports/import-jobs.js';
import { requirePool } from '../sign-in/clients.js';
import type { ImportJob } from '../state/records.js';
import { preconditionNotMet } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** The job stops after the users that are being imported. Those imported before stay. */
export const stopUserImportJob = operation<StopUserImportJobRequest, StopUserImportJobResponse>(
  { UserPoolId: 'text!', JobId: 'text!' },
  (context, { UserPoolId, JobId }) => {
    const job = requireImportJob(context, requirePool(context, UserPoolId), JobId);
    if (job.status !== 'Pending' && job.status !== 'InProgress')
      throw preconditionNotMet(`The import job cannot be stopped: its status is ${job.status}.`);
    const stopping: ImportJob = { ...job, status: 'Stopping' };
    context.database.saveImportJob(stopping);
    return { UserImportJob: presentImportJob(context, stopping) };
  },
);
