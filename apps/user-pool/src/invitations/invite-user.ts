import type { AdminCreateUserRequest } from '@aws-sdk/client-cognito-identity-provider';
import { day } from '../clock.js';
import type { Context } from '../context.js';
import { invitationAttribute } from '../delivery/invitations.js';
import { checkPasswordPolicy } from '../passwords/password-policy.js';
import { storePassword } from '../passwords/stored-password.js';
import { temporaryPassword } from '../passwords/temporary-password.js';
import { temporaryPasswordDays } from '../state/pool-rules.js';
import type { Pool, User } from '../state/records.js';
import { runPreSignUp } from '../triggers/pre-sign-up.js';
import { claimAlias } from '../users/aliases.js';
import { fromAttributeList } from '../users/attributes.js';
import { checkAttributes } from '../users/schema.js';
import { readNewName, takenName, type NewName } from '../users/usernames.js';
import { createUser, modifyUser, newIdentity, requireUser } from '../users/users.js';
import { invalidParameter, ServiceError, usernameExists } from '../wire/errors.js';
import type { Checked } from '../wire/request.js';

type Request = Checked<AdminCreateUserRequest>;
interface Invited {
  user: User;
  /** The temporary password in the invitation. */
  password: string;
}

export async function inviteFirst(context: Context, pool: Pool, request: Request): Promise<Invited> {
  const name = readNewName(pool.settings, request.Username);
  const given = { ...fromAttributeList(request.UserAttributes), ...name.attributes };
  checkGiven(pool, given);
  refuseTaken(context, pool, { ...name, attributes: given });
  // Checked before the user is stored: an undeliverable invitation must not create a user.
  if (request.MessageAction !== 'SUPPRESS') invitationAttribute(given, request.DesiredDeliveryMediums);
  const identity = newIdentity(context, name.username);
  const password = choose(context, pool, request);
  const stored = await store(context, pool, identity.username, password);
  const { verified } = await runPreSignUp(
    context,
    { pool },
    {
      source: 'PreSignUp_AdminCreateUser',
      userName: identity.username,
      attributes: given,
      validationData: fromAttributeList(request.ValidationData),
      clientMetadata: request.ClientMetadata,
    },
  );
  const attributes = { ...given, ...verified };
  refuseTaken(context, pool, { ...name, attributes });
  claimAlias(context, pool, { sub: identity.sub, attributes }, request.ForceAliasCreation ?? false);
  const status = 'FORCE_CHANGE_PASSWORD';
  return { user: createUser(context, pool, { ...identity, ...stored, attributes, status }), password };
}

/** Sets a new temporary password with a new validity. */
export async function inviteAgain(context: Context, pool: Pool, request: Request): Promise<Invited> {
  const user = requireUser(context, pool, request.Username);
  if (user.status !== 'FORCE_CHANGE_PASSWORD') {
    throw new ServiceError(
      'UnsupportedUserStateException',
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    );
  }
  invitationAttribute(user.attributes, request.DesiredDeliveryMediums);
  const password = choose(context, pool, request);
  return { user: modifyUser(context, user, await store(context, pool, user.username, password)), password };
}

function choose(context: Context, pool: Pool, { TemporaryPassword }: Request): string {
  if (TemporaryPassword === undefined) return temporaryPassword(context.random, pool.settings);
  checkPasswordPolicy(pool.settings, TemporaryPassword);
  return TemporaryPassword;
}

async function store(context: Context, pool: Pool, username: string, password: string) {
  return {
    password: await storePassword({ poolId: pool.id, username }, password),
    temporaryPasswordExpiresAt: context.clock.now() + temporaryPasswordDays(pool.settings) * day,
  };
}

function checkGiven({ settings }: Pool, attributes: Record<string, string>): void {
  checkAttributes(settings, attributes);
  for (const address of ['email', 'phone_number']) {
    if (attributes[`${address}_verified`] === 'true' && !attributes[address]) {
      throw invalidParameter(`${address} is required to verify/un-verify ${address}`);
    }
  }
}

function refuseTaken(context: Context, pool: Pool, name: NewName): void {
  if (takenName(context, pool, name) !== undefined) throw usernameExists('User account already exists');
}
