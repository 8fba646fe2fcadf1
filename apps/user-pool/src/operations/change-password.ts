import type {
  ChangePasswordRequest,
  ChangePasswordResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { choosePassword } from '../passwords/choose-password.js';
import { checkPassword, typed } from '../sign-in/password-check.js';
import { readAccessToken } from '../tokens/access-token.js';
import { modifyUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

/** Does not revoke other sessions of the user. */
export const changePassword = operation<ChangePasswordRequest, ChangePasswordResponse>(
  { AccessToken: 'text!', PreviousPassword: 'password', ProposedPassword: 'password!' },
  async (context, { AccessToken, PreviousPassword = '', ProposedPassword }) => {
    const { pool, user } = readAccessToken(context, AccessToken);
    context.limits.count('changePassword', pool.id, user.sub);
    if (user.password) await checkPassword(context, user, typed(PreviousPassword));
    modifyUser(context, user, await choosePassword(pool, user, ProposedPassword));
    return {};
  },
);
