import type { GetCSVHeaderRequest, GetCSVHeaderResponse } from '@aws-sdk/client-cognito-identity-provider';
import { csvHeader } from '../imports/csv-header.js';
import { requirePool } from '../sign-in/clients.js';
import { operation } from '../wire/operation.js';

export const getCsvHeader = operation<GetCSVHeaderRequest, GetCSVHeaderResponse>(
  { UserPoolId: 'text!' },
  (context, { UserPoolId }) => ({
    UserPoolId,
    CSVHeader: csvHeader(context, requirePool(context, UserPoolId)),
  }),
);
