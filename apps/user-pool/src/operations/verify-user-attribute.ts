import type {
  VerifyUserAttributeRequest,
  VerifyUserAttributeResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { checkCode, withoutCode } from '../delivery/codes.js';
import { readAccessToken } from '../tokens/access-token.js';
import { readAddressName } from '../users/address-name.js';
import { claimAlias } from '../users/aliases.js';
import { modifyUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

export const verifyUserAttribute = operation<VerifyUserAttributeRequest, VerifyUserAttributeResponse>(
  { AccessToken: 'text!', AttributeName: 'text!', Code: 'code!' },
  (context, { AccessToken, AttributeName, Code }) => {
    const { pool, user } = readAccessToken(context, AccessToken);
    const name = readAddressName(AttributeName);
    context.limits.count('verifyAttribute', pool.id, user.sub);
    const { newValue = user.attributes[name] ?? '' } = checkCode(context, user, name, Code);
    const attributes = { ...user.attributes, [name]: newValue, [`${name}_verified`]: 'true' };
    claimAlias(context, pool, { sub: user.sub, attributes }, false);
    modifyUser(context, user, { attributes, codes: withoutCode(user, name) });
    return {};
  },
);
