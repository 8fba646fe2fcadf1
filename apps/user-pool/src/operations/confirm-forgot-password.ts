import type {
  ConfirmForgotPasswordRequest,
  ConfirmForgotPasswordResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { checkCode, withoutCode } from '../delivery/codes.js';
import { choosePassword } from '../passwords/choose-password.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { requireClient, type ClientOfPool } from '../sign-in/clients.js';
import { hidesUsers } from '../state/client-rules.js';
import type { User } from '../state/records.js';
import { runPostConfirmation } from '../triggers/post-confirmation.js';
import { currentUser, findUser, modifyUser } from '../users/users.js';
import { codeExpired, codeMismatch, userDisabled, userNotFoundForClient } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** Issues and revokes no tokens. Resets the lock-out counter of the user. */
export const confirmForgotPassword = operation<ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse>(
  {
    ClientId: 'text!',
    Username: 'username!',
    ConfirmationCode: 'code!',
    Password: 'password!',
    SecretHash: 'text',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  async (context, { ClientId, Username, ConfirmationCode, Password, SecretHash, ClientMetadata }) => {
    const owner = requireClient(context, ClientId);
    checkSecretHash(owner.client, Username, SecretHash);
    const user = requireRecoverable(context, owner, Username);
    checkCode(context, user, 'reset', ConfirmationCode);
    const chosen = await choosePassword(owner.pool, user, Password);
    // Checked again after the await, because only one of several concurrent requests may use the code.
    checkCode(context, user, 'reset', ConfirmationCode);
    const codes = withoutCode(currentUser(context, user), 'reset');
    const confirmed = modifyUser(context, user, {
      ...chosen,
      codes,
      status: 'CONFIRMED',
      temporaryPasswordExpiresAt: undefined,
      failures: undefined,
    });
    const source = 'PostConfirmation_ConfirmForgotPassword';
    await runPostConfirmation(context, { ...owner, user: confirmed }, source, ClientMetadata);
    return {};
  },
);

function requireRecoverable(context: Context, { pool, client }: ClientOfPool, name: string): User {
  const user = findUser(context, pool, name);
  context.limits.count('recovery', pool.id, user?.sub ?? name);
  if (user?.enabled) return user;
  if (!hidesUsers(client.settings)) throw user ? userDisabled() : userNotFoundForClient();
  throw context.database.isMarked(`reset/${pool.id}/${name}`) ? codeMismatch() : codeExpired();
}
