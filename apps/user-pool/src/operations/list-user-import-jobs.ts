import type {
  ListUserImportJobsRequest,
  ListUserImportJobsResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { listImportJobs, presentImportJob } from '../imports/import-jobs.js';
import { readNumberedPage } from '../pools/paging.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

/** Newest first. */
export const listUserImportJobs = operation<ListUserImportJobsRequest, ListUserImportJobsResponse>(
  { UserPoolId: 'text!', MaxResults: 'number!', PaginationToken: 'text' },
  (context, { UserPoolId, MaxResults, PaginationToken }) => {
    const jobs = listImportJobs(context, requirePool(context, UserPoolId));
    const { shown, next } = readNumberedPage(jobs, MaxResults, PaginationToken);
    return {
      UserImportJobs: shown.map((job) => presentImportJob(context, job)),
      ...(next.NextToken !== undefined && { PaginationToken: next.NextToken }),
    };
  },
);
