import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type {
  PasswordHashingAlgorithmType,
  UserImportJobType,
} from '@aws-sdk/client-cognito-identity-provider';
import { setTimeout as wait } from 'node:timers/promises';
import type { PoolClient } from './support.js';

/** The role that a real pool needs to write the log; the local pool accepts any. */
const roleArn =
  process.env['COGNITO_CONTRACT_LOGS_ROLE_ARN'] ?? 'arn:aws:iam::000000000000:role/service-role/import-logs';

export const jobName = 'people of the old shop';

/** Values by column; columns that are not given are empty. */
export type ImportRow = Record<string, string>;

/** Values are written as they are. */
export const csvOf = (columns: readonly string[], rows: readonly ImportRow[]): string =>
  [columns.join(','), ...rows.map((row) => columns.map((column) => row[column] ?? '').join(','))]
    .map((line) => `${line}\n`)
    .join('');

/** A user with a verified address, which is also the username. */
export const rowOf = (email: string, more: ImportRow = {}): ImportRow => ({
  'cognito:username': email,
  email,
  email_verified: 'true',
  ...more,
});

export async function createJob(
  { sdk, poolId }: PoolClient,
  PasswordHashingAlgorithm?: PasswordHashingAlgorithmType,
): Promise<UserImportJobType & { JobId: string; PreSignedUrl: string }> {
  const { UserImportJob: job } = await sdk.createUserImportJob({
    UserPoolId: poolId,
    JobName: jobName,
    CloudWatchLogsRoleArn: roleArn,
    ...(PasswordHashingAlgorithm && { PasswordHashingAlgorithm }),
  });
  return { ...job, JobId: job?.JobId ?? '', PreSignedUrl: job?.PreSignedUrl ?? '' };
}

export const upload = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'PUT',
    headers: { 'x-amz-server-side-encryption': 'aws:kms', ...headers },
    body: Buffer.from(body),
  });

export const start = ({ sdk, poolId }: PoolClient, JobId: string) =>
  sdk.startUserImportJob({ UserPoolId: poolId, JobId });

export async function describeJob({ sdk, poolId }: PoolClient, JobId: string): Promise<UserImportJobType> {
  return (await sdk.describeUserImportJob({ UserPoolId: poolId, JobId })).UserImportJob ?? {};
}

const running = ['Created', 'Pending', 'InProgress', 'Stopping'];

/** Waits until a started job has ended. */
export async function ended(pool: PoolClient, JobId: string): Promise<UserImportJobType> {
  for (let pause = 5; ; pause = Math.min(2 * pause, 2000)) {
    const job = await describeJob(pool, JobId);
    if (!running.includes(job.Status ?? '')) return job;
    await wait(pause);
  }
}

/** Uploads the file and runs the job to its end. */
export async function runJob(
  pool: PoolClient,
  JobId: string,
  url: string,
  csv: string,
): Promise<UserImportJobType> {
  const { status } = await upload(url, csv);
  if (status !== 200) throw new Error(`The upload was refused with ${status}.`);
  await start(pool, JobId);
  return ended(pool, JobId);
}

/** Imports the rows with all columns of the pool. */
export async function importRows(
  pool: PoolClient,
  rows: readonly ImportRow[],
  algorithm?: PasswordHashingAlgorithmType,
): Promise<UserImportJobType> {
  const job = await createJob(pool, algorithm);
  const { CSVHeader = [] } = await pool.sdk.getCSVHeader({ UserPoolId: pool.poolId });
  return runJob(pool, job.JobId, job.PreSignedUrl, csvOf(CSVHeader, rows));
}

/** The messages of a job's log, in the order of the lines. */
export async function logOf(
  pool: PoolClient & { logs: CloudWatchLogs },
  { JobId, JobName }: UserImportJobType,
) {
  const { UserPool } = await pool.sdk.describeUserPool({ UserPoolId: pool.poolId });
  const stream = {
    logGroupName: `/aws/cognito/userpools/${pool.poolId}/${UserPool?.Name}`,
    logStreamName: `${JobId}/${JobName}`,
  };
  const messages: string[] = [];
  for (let nextToken: string | undefined; ;) {
    const page = await pool.logs.getLogEvents({ ...stream, startFromHead: true, nextToken });
    messages.push(...(page.events ?? []).map(({ message = '' }) => message));
    if (page.nextForwardToken === nextToken) return messages;
    nextToken = page.nextForwardToken;
  }
}
