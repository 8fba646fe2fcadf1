import type {
  GetProvisionedLimitRequest,
  GetProvisionedLimitResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { defaultLimits } from '../account.js';
import { invalidParameter, notFound } from '../wire/errors.js';
import { operation } from '../wire/operation.js';
import { mapOf, oneOf, record, required, text } from '../wire/rules.js';

/** The quota of a category of operations in requests per second. It is not enforced. */
export const getProvisionedLimit = operation<GetProvisionedLimitRequest, GetProvisionedLimitResponse>(
  { LimitDefinition: required(record({ LimitClass: oneOf('API_CATEGORY'), Attributes: mapOf(text) })) },
  ({ account }, { LimitDefinition }) => {
    const category = LimitDefinition.Attributes?.['Category'];
    if (!LimitDefinition.LimitClass || category === undefined)
      throw invalidParameter('LimitDefinition needs LimitClass and the attribute Category.');
    const [limit, free] = [account.limitOf(category), defaultLimits[category]];
    if (limit === undefined || free === undefined)
      throw notFound(`There is no limit for the category ${category}.`);
    return { Limit: { LimitDefinition, ProvisionedLimitValue: limit, FreeLimitValue: free } };
  },
);
