import type {
  CreateUserImportJobRequest,
  CreateUserImportJobResponse,
  PasswordHashingAlgorithmType,
} from '@aws-sdk/client-cognito-identity-provider';
import { isActive, listImportJobs, presentImportJob } from '../imports/import-jobs.js';
import { lettersAndDigits, randomText } from '../random.js';
import { requirePool } from '../sign-in/clients.js';
import type { ImportJob } from '../state/records.js';
import { invalidParameter, ServiceError } from '../wire/errors.js';
import { operation } from '../wire/operation.js';
import { oneOf } from '../wire/rules.js';

const algorithms: PasswordHashingAlgorithmType[] = ['ARGON2ID', 'BCRYPT', 'PBKDF2_SHA256', 'SCRYPT'];

/** `ArnType` and `UserImportJobNameType` of the service model. */
const arn =
  /^arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?$/;
const jobName = /^[\w\s+=,.@-]{1,128}$/;

/** Jobs per user pool that have not ended. (Developer guide, Quotas in Amazon Cognito) */
const mostJobs = 1000;

export const createUserImportJob = operation<CreateUserImportJobRequest, CreateUserImportJobResponse>(
  {
    JobName: 'text!',
    UserPoolId: 'text!',
    CloudWatchLogsRoleArn: 'text!',
    PasswordHashingAlgorithm: oneOf(...algorithms),
  },
  (context, { JobName, UserPoolId, CloudWatchLogsRoleArn, PasswordHashingAlgorithm: algorithm }) => {
    if (!jobName.test(JobName)) throw unsatisfied('jobName', '[\\w\\s+=,.@-]+, of 1 to 128 characters');
    if (CloudWatchLogsRoleArn.length < 20 || !arn.test(CloudWatchLogsRoleArn))
      throw unsatisfied('cloudWatchLogsRoleArn', 'an ARN of 20 to 2048 characters');
    const pool = requirePool(context, UserPoolId);
    if (algorithm && !context.account.importsHashes(pool.id)) {
      const message = 'PasswordHashingAlgorithm is not available for this user pool.';
      throw new ServiceError('OperationNotEnabledException', message);
    }
    const open = listImportJobs(context, pool).filter((job) => job.status === 'Created' || isActive(job));
    if (open.length >= mostJobs)
      throw new ServiceError('LimitExceededException', `The user pool has ${mostJobs} import jobs.`);
    const job: ImportJob = {
      id: `import-${randomText(context.random, 10, lettersAndDigits)}`,
      poolId: pool.id,
      name: JobName,
      roleArn: CloudWatchLogsRoleArn,
      ...(algorithm && { algorithm }),
      status: 'Created',
      createdAt: context.clock.now(),
      imported: 0,
      skipped: 0,
      failed: 0,
      linesDone: 0,
      bytesDone: 0,
      logLength: 0,
    };
    context.database.saveImportJob(job);
    return { UserImportJob: presentImportJob(context, job) };
  },
);

const unsatisfied = (path: string, pattern: string) =>
  invalidParameter(
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
  );
