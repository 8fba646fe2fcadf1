import type {
  GetUserAttributeVerificationCodeRequest,
  GetUserAttributeVerificationCodeResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { sendCode } from '../delivery/codes.js';
import { readAccessToken } from '../tokens/access-token.js';
import { readAddressName } from '../users/address-name.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const getUserAttributeVerificationCode = operation<
  GetUserAttributeVerificationCodeRequest,
  GetUserAttributeVerificationCodeResponse
>(
  { AccessToken: 'text!', AttributeName: 'text!', ClientMetadata: 'map' },
  async (context, { AccessToken, AttributeName, ClientMetadata: clientMetadata }) => {
    const holder = readAccessToken(context, AccessToken);
    const purpose = readAddressName(AttributeName);
    context.limits.count('attributeCode', holder.pool.id, holder.user.sub);
    if (!holder.user.attributes[purpose]) throw invalidParameter(`User does not have a ${purpose}.`);
    const code = { purpose, kind: 'verify-attribute', attribute: purpose, clientMetadata } as const;
    return { CodeDeliveryDetails: await sendCode(context, holder, code) };
  },
);
