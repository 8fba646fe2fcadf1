import type {
  ForgotPasswordRequest,
  ForgotPasswordResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { hour } from '../clock.js';
import { sendCode } from '../delivery/codes.js';
import { simulatedDetails } from '../delivery/masking.js';
import { migrateUser } from '../migration/migrate-user.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { recoveryAttribute } from '../recovery/recovery-channel.js';
import { requireClient } from '../sign-in/clients.js';
import { hidesUsers } from '../state/client-rules.js';
import { findUser } from '../users/users.js';
import { userDisabled, userNotFoundForClient } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** The old password keeps working until the reset is complete. */
export const forgotPassword = operation<ForgotPasswordRequest, ForgotPasswordResponse>(
  {
    ClientId: 'text!',
    Username: 'username!',
    SecretHash: 'text',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  async (context, { ClientId, Username: userName, SecretHash, ClientMetadata: clientMetadata }) => {
    const { pool, client } = requireClient(context, ClientId);
    checkSecretHash(client, userName, SecretHash);
    const user =
      findUser(context, pool, userName) ??
      (await migrateUser(context, { pool, client, userName, clientMetadata }));
    context.limits.count('recovery', pool.id, user?.sub ?? userName);
    if (!user?.enabled) {
      if (!hidesUsers(client.settings)) throw user ? userDisabled() : userNotFoundForClient();
      // Stored, so that ConfirmForgotPassword fails as for a real code.
      context.database.mark(`reset/${pool.id}/${userName}`, context.clock.now() + hour);
      return { CodeDeliveryDetails: simulatedDetails(userName) };
    }
    const attribute = recoveryAttribute(pool, user);
    const code = { purpose: 'reset', kind: 'reset', attribute, clientMetadata } as const;
    return { CodeDeliveryDetails: await sendCode(context, { pool, client, user }, code) };
  },
);
