import type {
  DescribeUserImportJobRequest,
  DescribeUserImportJobResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { presentImportJob, requireImportJob } from '../imports/import-jobs.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const describeUserImportJob = operation<DescribeUserImportJobRequest, DescribeUserImportJobResponse>(
  { UserPoolId: 'text!', JobId: 'text!' },
  (context, { UserPoolId, JobId }) => {
    const job = requireImportJob(context, requirePool(context, UserPoolId), JobId);
    return { UserImportJob: presentImportJob(context, job) };
  },
);
