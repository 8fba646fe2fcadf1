import type { SignUpRequest, SignUpResponse } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { sendCode } from '../delivery/codes.js';
import { choosePassword } from '../passwords/choose-password.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { requireClient, type ClientOfPool } from '../sign-in/clients.js';
import { confirmationAttribute } from '../sign-up/confirmation-attribute.js';
import { refuseTakenName } from '../sign-up/taken-name.js';
import { runPreSignUp } from '../triggers/pre-sign-up.js';
import { runPostConfirmation } from '../triggers/post-confirmation.js';
import { claimAlias } from '../users/aliases.js';
import { checkWritable, fromAttributeList } from '../users/attributes.js';
import { checkAttributes, checkRequired } from '../users/schema.js';
import { readNewName } from '../users/usernames.js';
import { createUser, newIdentity } from '../users/users.js';
import type { User } from '../state/records.js';
import { invalidParameter, notAuthorized } from '../wire/errors.js';
import { operation } from '../wire/operation.js';
import type { Checked } from '../wire/request.js';

export const signUp = operation<SignUpRequest, SignUpResponse>(
  {
    ClientId: 'text!',
    SecretHash: 'text',
    Username: 'username!',
    Password: 'password',
    UserAttributes: 'attributes',
    ValidationData: 'attributes',
    ClientMetadata: 'map',
    AnalyticsMetadata: 'ignored',
    UserContextData: 'ignored',
  },
  async (context, request) => {
    const owner = requireClient(context, request.ClientId);
    checkSecretHash(owner.client, request.Username, request.SecretHash);
    const user = await register(context, owner, request);
    const isConfirmed = user.status === 'CONFIRMED';
    const clientMetadata = request.ClientMetadata;
    if (isConfirmed) {
      await runPostConfirmation(
        context,
        { ...owner, user },
        'PostConfirmation_ConfirmSignUp',
        clientMetadata,
      );
    }
    const attribute = isConfirmed ? undefined : confirmationAttribute(owner.pool, user);
    const code = { purpose: 'sign-up', kind: 'sign-up', clientMetadata } as const;
    const details = attribute && (await sendCode(context, { ...owner, user }, { ...code, attribute }));
    return {
      UserConfirmed: isConfirmed,
      UserSub: user.sub,
      ...(details && { CodeDeliveryDetails: details }),
    };
  },
);

/** The user stays stored even if the code cannot be delivered. */
async function register(
  context: Context,
  owner: ClientOfPool,
  request: Checked<SignUpRequest>,
): Promise<User> {
  const { pool, client } = owner;
  if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly) {
    throw notAuthorized('SignUp is not permitted for this user pool');
  }
  if (request.Password === undefined)
    throw invalidParameter('The local user pool has no sign-up without Password.');
  const name = readNewName(pool.settings, request.Username);
  const given = fromAttributeList(request.UserAttributes);
  checkWritable(client, given);
  const attributes = { ...given, ...name.attributes };
  checkAttributes(pool.settings, attributes);
  checkRequired(pool.settings, attributes);
  const identity = newIdentity(context, name.username);
  const chosen = await choosePassword(pool, identity, request.Password);
  refuseTakenName(context, pool, { ...name, attributes });
  const { autoConfirms, verified } = await runPreSignUp(context, owner, {
    source: 'PreSignUp_SignUp',
    userName: identity.username,
    attributes,
    validationData: fromAttributeList(request.ValidationData),
    clientMetadata: request.ClientMetadata,
  });
  // Checked again after the await: another sign-up may have taken the name.
  refuseTakenName(context, pool, { ...name, attributes });
  const proved = { ...attributes, ...verified };
  claimAlias(context, pool, { sub: identity.sub, attributes: proved }, false);
  const status = autoConfirms ? 'CONFIRMED' : 'UNCONFIRMED';
  return createUser(context, pool, {
    ...identity,
    ...chosen,
    attributes: proved,
    status,
  });
}
