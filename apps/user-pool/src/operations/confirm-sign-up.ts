import type { ConfirmSignUpRequest, ConfirmSignUpResponse } from '@aws-sdk/client-cognito-identity-provider';
import { checkCode } from '../delivery/codes.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { requireClient } from '../sign-in/clients.js';
import { confirmUser, refuseConfirmed } from '../sign-up/confirm-user.js';
import { hidesUsers } from '../state/client-rules.js';
import { runPostConfirmation } from '../triggers/post-confirmation.js';
import { findUser } from '../users/users.js';
import { codeExpired, userDisabled, userNotFoundForClient } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

/** Verifies the address to which the code was sent. */
export const confirmSignUp = operation<ConfirmSignUpRequest, ConfirmSignUpResponse>(
  {
    ClientId: 'text!',
    SecretHash: 'text',
    Username: 'username!',
    ConfirmationCode: 'code!',
    ForceAliasCreation: 'boolean',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  async (
    context,
    { ClientId, SecretHash, Username, ConfirmationCode, ForceAliasCreation, ClientMetadata },
  ) => {
    const owner = requireClient(context, ClientId);
    checkSecretHash(owner.client, Username, SecretHash);
    const user = findUser(context, owner.pool, Username);
    context.limits.count('confirmSignUp', owner.pool.id, user?.sub ?? Username);
    if (!user?.enabled) {
      if (hidesUsers(owner.client.settings)) throw codeExpired();
      throw user ? userDisabled() : userNotFoundForClient();
    }
    refuseConfirmed(user);
    const { attribute } = checkCode(context, user, 'sign-up', ConfirmationCode);
    const confirmed = confirmUser(context, owner.pool, user, { attribute, forcesAlias: ForceAliasCreation });
    const source = 'PostConfirmation_ConfirmSignUp';
    await runPostConfirmation(context, { ...owner, user: confirmed }, source, ClientMetadata);
    return {};
  },
);
