import type {
  ResendConfirmationCodeRequest,
  ResendConfirmationCodeResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { sendCode } from '../delivery/codes.js';
import { simulatedDetails } from '../delivery/masking.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { requireClient } from '../sign-in/clients.js';
import { confirmationAttribute } from '../sign-up/confirmation-attribute.js';
import { hidesUsers } from '../state/client-rules.js';
import { findUser } from '../users/users.js';
import { invalidParameter, userDisabled, userNotFoundForClient } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

export const resendConfirmationCode = operation<
  ResendConfirmationCodeRequest,
  ResendConfirmationCodeResponse
>(
  {
    ClientId: 'text!',
    SecretHash: 'text',
    Username: 'username!',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  async (context, { ClientId, SecretHash, Username, ClientMetadata: clientMetadata }) => {
    const owner = requireClient(context, ClientId);
    checkSecretHash(owner.client, Username, SecretHash);
    const user = findUser(context, owner.pool, Username);
    context.limits.count('resend', owner.pool.id, user?.sub ?? Username);
    if (user?.status !== 'UNCONFIRMED' || !user.enabled) {
      if (hidesUsers(owner.client.settings)) return { CodeDeliveryDetails: simulatedDetails(Username) };
      if (!user) throw userNotFoundForClient();
      throw user.enabled ? invalidParameter('User is already confirmed.') : userDisabled();
    }
    const attribute = confirmationAttribute(owner.pool, user);
    if (attribute === undefined) throw invalidParameter('Auto verification is not turned on.');
    const code = { purpose: 'sign-up', kind: 'resend', attribute, clientMetadata } as const;
    return { CodeDeliveryDetails: await sendCode(context, { ...owner, user }, code) };
  },
);
