import type { UserImportJobType } from '@aws-sdk/client-cognito-identity-provider';
import { hour } from '../clock.js';
import type { Context, Services } from '../context.js';
import type { ImportJob, Pool } from '../state/records.js';
import { notFound, ServiceError } from '../wire/errors.js';
import { presignedUrl } from './presigned-url.js';

/** A created job expires after 24 to 48 hours. (Developer guide, Status values for a user import job) */
const lifetime = 24 * hour;

/** Jobs of the pool, newest first. */
export const listImportJobs = (context: Context, pool: Pool): ImportJob[] =>
  context.database
    .importJobsOf(pool.id)
    .map((job) => expire(context, job))
    .reverse();

export function requireImportJob(context: Context, pool: Pool, jobId: string): ImportJob {
  const job = context.database.importJob(jobId);
  if (job?.poolId !== pool.id) throw notFound(`Import job ${jobId} does not exist.`);
  return expire(context, job);
}

function expire({ clock, database, importFiles }: Services, job: ImportJob): ImportJob {
  if (job.status !== 'Created' || clock.now() < job.createdAt + lifetime) return job;
  const expired: ImportJob = { ...job, status: 'Expired' };
  database.saveImportJob(expired);
  importFiles.removeCsv(job.id);
  return expired;
}

/** Only one job of the account, and so of this server, may be active. */
export const isActive = ({ status }: ImportJob): boolean =>
  status === 'Pending' || status === 'InProgress' || status === 'Stopping';

export function refuseDuringImport({ database }: Services, pool: Pool): void {
  if (database.importJobsOf(pool.id).some(isActive)) {
    throw new ServiceError('UserImportInProgressException', 'A user import job is in progress.');
  }
}

export function presentImportJob(services: Services, job: ImportJob): UserImportJobType {
  return {
    JobName: job.name,
    JobId: job.id,
    UserPoolId: job.poolId,
    PreSignedUrl: presignedUrl(services, job),
    CreationDate: new Date(job.createdAt),
    ...(job.startedAt !== undefined && { StartDate: new Date(job.startedAt) }),
    ...(job.completedAt !== undefined && { CompletionDate: new Date(job.completedAt) }),
    Status: job.status,
    CloudWatchLogsRoleArn: job.roleArn,
    ImportedUsers: job.imported,
    SkippedUsers: job.skipped,
    FailedUsers: job.failed,
    ...(job.message !== undefined && { CompletionMessage: job.message }),
    ...(job.algorithm && { PasswordHashingAlgorithm: job.algorithm }),
  };
}
