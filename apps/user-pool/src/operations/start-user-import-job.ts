import type {
  StartUserImportJobRequest,
  StartUserImportJobResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { isActive, presentImportJob, requireImportJob } from '../imports/import-jobs.js';
import { runImport } from '../imports/run-import.js';
import { requirePool } from '../sign-in/clients.js';
import type { ImportJob } from '../state/records.js';
import { preconditionNotMet } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const startUserImportJob = operation<StartUserImportJobRequest, StartUserImportJobResponse>(
  { UserPoolId: 'text!', JobId: 'text!' },
  (context, { UserPoolId, JobId }) => {
    const pool = requirePool(context, UserPoolId);
    const job = requireImportJob(context, pool, JobId);
    if (job.status !== 'Created')
      throw preconditionNotMet(`The import job cannot be started: its status is ${job.status}.`);
    if (!pool.settings.AutoVerifiedAttributes?.length)
      throw preconditionNotMet('The user pool has no auto-verified attribute.');
    if (!context.importFiles.hasCsv(job.id))
      throw preconditionNotMet('The CSV file of the import job has not been uploaded.');
    if ([...context.database.importJobs()].some(isActive))
      throw preconditionNotMet('Another import job of the account is active.');
    const started: ImportJob = { ...job, status: 'Pending', startedAt: context.clock.now() };
    context.database.saveImportJob(started);
    context.importRunner.start((signal) => runImport(context, started.id, signal));
    return { UserImportJob: presentImportJob(context, started) };
  },
);
