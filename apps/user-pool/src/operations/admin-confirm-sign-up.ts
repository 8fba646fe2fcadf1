import type {
  AdminConfirmSignUpRequest,
  AdminConfirmSignUpResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { requirePool } from '../sign-in/clients.js';
import { confirmUser } from '../sign-up/confirm-user.js';
import { runPostConfirmation } from '../triggers/post-confirmation.js';
import { requireUser } from '../users/users.js';
import { operation } from '../wire/operation.js';

/** Confirms the user; the address stays unverified. */
export const adminConfirmSignUp = operation<AdminConfirmSignUpRequest, AdminConfirmSignUpResponse>(
  { UserPoolId: 'text!', Username: 'username!', ClientMetadata: 'map' },
  async (context, { UserPoolId, Username, ClientMetadata }) => {
    const pool = requirePool(context, UserPoolId);
    const user = confirmUser(context, pool, requireUser(context, pool, Username), {});
    await runPostConfirmation(context, { pool, user }, 'PostConfirmation_ConfirmSignUp', ClientMetadata);
    return {};
  },
);
