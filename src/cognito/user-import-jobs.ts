import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { types } from 'node:util';
import {
  CreateUserImportJobCommand,
  DescribeUserImportJobCommand,
  GetCSVHeaderCommand,
  ListUserImportJobsCommand,
  StartUserImportJobCommand,
  StopUserImportJobCommand,
  type PasswordHashingAlgorithmType,
  type UserImportJobType,
} from '@aws-sdk/client-cognito-identity-provider';
import { Inject, Injectable } from '@nestjs/common';
import { type UserPoolConfig, userPoolConfig } from '../common/config/cognito.config.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { CognitoAdminClient } from './cognito-client.js';

/** A user import job. */
export interface UserImportJob {
  id: string;
  name: string;
  /** `Created`, `Pending`, `InProgress`, `Stopping`, `Expired`, `Stopped`, `Failed` or `Succeeded`. */
  status: string;
  /** Cognito's reason for the status. */
  message: string | undefined;
  /** Where the file is uploaded, for 15 minutes. */
  uploadUrl: string | undefined;
  /** Users with a line in the log. */
  settled: number;
}

/** Cognito refuses a request about an import job. `unavailable`: this pool imports no password hashes. */
export class ImportRefusedError extends Error {
  constructor(
    message: string,
    readonly kind: 'unavailable' | 'refused',
  ) {
    super(message);
    this.name = 'ImportRefusedError';
  }
}

/** The upload URL does not accept the file; after 15 minutes it has expired. */
export class UploadRefusedError extends Error {}

/** The most that `ListUserImportJobs` returns at once. */
const jobsPerPage = 60;

/** Milliseconds without progress. */
const uploadTimeout = 60_000;

/** Beside a local user pool nobody assumes a role, but the request needs one. */
const localRole = 'arn:aws:iam::000000000000:role/usher-import';

/**
 * Cognito's user import ("Importing users into user pools from a CSV file"), with AWS credentials.
 * @throws AppError as `CognitoAdminClient.send`; ImportRefusedError
 */
@Injectable()
export class UserImportJobs {
  constructor(
    private readonly client: CognitoAdminClient,
    @Inject(userPoolConfig.KEY) private readonly userPool: UserPoolConfig,
  ) {}

  /** @returns the columns of a file for this pool */
  async readHeader(): Promise<string[]> {
    const { CSVHeader = [] } = await this.client.send(
      'get-import-header',
      new GetCSVHeaderCommand({ UserPoolId: this.client.userPoolId }),
    );
    return CSVHeader;
  }

  get userPoolId(): string {
    return this.client.userPoolId;
  }

  /** Whether a role for the log must be named. */
  get needsRole(): boolean {
    return this.userPool.endpoint === undefined;
  }

  /** @param roleArn of the role that writes the log */
  async create(
    name: string,
    algorithm: PasswordHashingAlgorithmType,
    roleArn: string | undefined,
  ): Promise<UserImportJob> {
    const command = new CreateUserImportJobCommand({
      ...{ JobName: name, UserPoolId: this.client.userPoolId, PasswordHashingAlgorithm: algorithm },
      CloudWatchLogsRoleArn: roleArn ?? localRole,
    });
    const { UserImportJob } = await explainRefusal(this.client.send('create-import-job', command));
    return toJob(UserImportJob);
  }

  /** Finds a job whose creation may have succeeded without an answer. */
  async find(name: string): Promise<UserImportJob | undefined> {
    let token: string | undefined;
    do {
      const { UserImportJobs: jobs = [], PaginationToken } = await this.client.send(
        'list-import-jobs',
        new ListUserImportJobsCommand({
          ...{ UserPoolId: this.client.userPoolId, MaxResults: jobsPerPage },
          ...(token !== undefined && { PaginationToken: token }),
        }),
      );
      const found = jobs.find(({ JobName }) => JobName === name);
      if (found) return toJob(found);
      token = PaginationToken;
    } while (token !== undefined);
    return undefined;
  }

  /** @returns `undefined` for a job that Cognito does not know any more */
  async describe(id: string): Promise<UserImportJob | undefined> {
    const key = { UserPoolId: this.client.userPoolId, JobId: id };
    try {
      const command = new DescribeUserImportJobCommand(key);
      return toJob((await this.client.send('describe-import-job', command)).UserImportJob);
    } catch (error) {
      if (isAppError(error, 'request.not_found')) return undefined;
      throw error;
    }
  }

  async start(id: string): Promise<void> {
    const command = new StartUserImportJobCommand({ UserPoolId: this.client.userPoolId, JobId: id });
    await explainRefusal(this.client.send('start-import-job', command));
  }

  async stop(id: string): Promise<void> {
    const command = new StopUserImportJobCommand({ UserPoolId: this.client.userPoolId, JobId: id });
    await explainRefusal(this.client.send('stop-import-job', command));
  }

  /** @throws UploadRefusedError; system errors of the connection and the file */
  async upload(url: string, path: string, bytes: number): Promise<void> {
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
      method: 'PUT',
      headers: { 'content-length': bytes, 'x-amz-server-side-encryption': 'aws:kms' },
      timeout: uploadTimeout,
    });
    request.on('timeout', () => request.destroy(new Error('the upload made no progress')));
    const file = createReadStream(path);
    file.on('error', (error) => request.destroy(error));
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    file.pipe(request);
    try {
      const [{ statusCode = 0 }] = await answered;
      if (statusCode < 200 || statusCode > 299)
        throw new UploadRefusedError(`The upload was refused with status ${statusCode}.`);
    } finally {
      file.destroy();
      request.destroy();
    }
  }
}

function toJob(job: UserImportJobType | undefined): UserImportJob {
  if (!job?.JobId || !job.JobName || !job.Status) throw new AppError('cognito.unexpected_answer');
  const { ImportedUsers = 0, SkippedUsers = 0, FailedUsers = 0 } = job;
  return {
    id: job.JobId,
    name: job.JobName,
    status: job.Status,
    message: job.CompletionMessage,
    uploadUrl: job.PreSignedUrl,
    settled: Number(ImportedUsers) + Number(SkippedUsers) + Number(FailedUsers),
  };
}

/** The messages of these operations name settings and jobs, no users. */
async function explainRefusal<Output>(answer: Promise<Output>): Promise<Output> {
  try {
    return await answer;
  } catch (error) {
    if (!isAppError(error, 'request.invalid') || !types.isNativeError(error.cause)) throw error;
    const { name, message } = error.cause;
    throw new ImportRefusedError(message, isUnavailable(name, message) ? 'unavailable' : 'refused');
  }
}

/** No API says which pools import hashes; the refusal of the member is the only sign. */
const isUnavailable = (name: string, message: string): boolean =>
  ['FeatureUnavailableInTierException', 'OperationNotEnabledException'].includes(name) ||
  (name === 'InvalidParameterException' &&
    /password_?\s?hashing_?\s?algorithm|password[ _]hash/i.test(message));
