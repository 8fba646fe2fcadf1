import type {
  AdminUpdateUserAttributesRequest,
  AdminUpdateUserAttributesResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { fromAttributeList } from '../users/attributes.js';
import { changeAttributes } from '../users/change-attributes.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const adminUpdateUserAttributes = operation<
  AdminUpdateUserAttributesRequest,
  AdminUpdateUserAttributesResponse
>(
  { UserPoolId: 'text!', Username: 'username!', UserAttributes: 'attributes!', ClientMetadata: 'map' },
  async (context, { UserPoolId, Username, UserAttributes, ClientMetadata }) => {
    const pool = requirePool(context, UserPoolId);
    const user = requireUser(context, pool, Username);
    await changeAttributes(context, { pool, user }, fromAttributeList(UserAttributes), ClientMetadata);
    return {};
  },
);
