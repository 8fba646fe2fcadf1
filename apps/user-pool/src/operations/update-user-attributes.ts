import type {
  UpdateUserAttributesRequest,
  UpdateUserAttributesResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { readAccessToken } from '../tokens/access-token.js';
import { checkWritable, fromAttributeList } from '../users/attributes.js';
import { changeAttributes } from '../users/change-attributes.js';
import { operation } from '../wire/operation.js';

export const updateUserAttributes = operation<UpdateUserAttributesRequest, UpdateUserAttributesResponse>(
  { AccessToken: 'text!', UserAttributes: 'attributes!', ClientMetadata: 'map' },
  async (context, { AccessToken, UserAttributes, ClientMetadata }) => {
    const holder = readAccessToken(context, AccessToken);
    const changes = fromAttributeList(UserAttributes);
    checkWritable(holder.client, changes);
    return { CodeDeliveryDetailsList: await changeAttributes(context, holder, changes, ClientMetadata) };
  },
);
