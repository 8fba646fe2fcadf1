import type { Context } from '../context.js';
import { storePassword } from '../passwords/stored-password.js';
import { allowsFlow, hidesUsers } from '../state/client-rules.js';
import { poolArn, usesAddressAsUsername } from '../state/pool-rules.js';
import type { Client, Pool, User } from '../state/records.js';
import { runPreSignUp } from '../triggers/pre-sign-up.js';
import { triggerEvent } from '../triggers/trigger-event.js';
import { triggerFailure } from '../triggers/trigger-failure.js';
import { claimAlias } from '../users/aliases.js';
import { checkAttributes, checkRequired } from '../users/schema.js';
import { createUser, findUser, newIdentity } from '../users/users.js';
import { incorrectCredentials, ServiceError } from '../wire/errors.js';
import { MigrationError, parseMigrationResponse, type MigrationResponse } from './migration-response.js';
import { sendMigratedMessage } from './migrated-message.js';

/** A sign-in or password reset of a user who is not in the pool. */
export interface MigrationRequest {
  pool: Pool;
  client: Client;
  userName: string;
  /** Absent when the password was forgotten. */
  password?: string;
  clientMetadata: Record<string, string> | undefined;
}

/**
 * Invokes the migration trigger and creates the returned user. @returns undefined if there is
 * no such user. (Developer guide, Migrate user Lambda trigger)
 */
export async function migrateUser(context: Context, request: MigrationRequest): Promise<User | undefined> {
  const { pool, client, userName } = request;
  const trigger = pool.settings.LambdaConfig?.UserMigration;
  if (trigger === undefined || !takesPasswords(client)) return undefined;
  const answer = await context.lambda.invoke(trigger, migrationEvent(context, request), poolArn(pool.id));
  if (answer.kind === 'not-permitted')
    throw migrationRefusal(client, `Exception migrating user in app client ${client.id}`);
  if (answer.kind !== 'answered') throw triggerFailure('UserMigration', answer);
  try {
    const migrated = parseMigrationResponse(pool, answer.payload);
    if (!migrated) return findUser(context, pool, userName);
    return await createMigratedUser(context, request, migrated);
  } catch (error) {
    if (error instanceof MigrationError) throw migrationRefusal(client, error.message);
    throw error;
  }
}

const takesPasswords = ({ settings }: Client) =>
  allowsFlow(settings, 'USER_PASSWORD_AUTH') || allowsFlow(settings, 'ADMIN_USER_PASSWORD_AUTH');

function migrationEvent(context: Context, request: MigrationRequest): object {
  const { pool, client, userName, password } = request;
  const source = password === undefined ? 'UserMigration_ForgotPassword' : 'UserMigration_Authentication';
  return {
    ...triggerEvent(context, { pool, client }, source, userName),
    request: { ...(password !== undefined && { password }), ...forwardedMetadata(request) },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
      enableSMSMFA: null,
    },
  };
}

/** ClientMetadata of a sign-in arrives as validationData. (Developer guide, Migrate user Lambda trigger) */
function forwardedMetadata({ password, clientMetadata: given }: MigrationRequest) {
  const clientMetadata = given ?? null;
  return password === undefined
    ? { validationData: null, clientMetadata }
    : { validationData: clientMetadata, clientMetadata: null };
}

/** Creates the user. The password policy of the pool does not apply to the old password. */
async function createMigratedUser(
  context: Context,
  request: MigrationRequest,
  answer: MigrationResponse,
): Promise<User> {
  const { pool, userName, password: typed } = request;
  const { username: named, ...described } = answer.attributes;
  checkMigratedAttributes(pool, described);
  const identity = newIdentity(context, chooseUsername(pool, named ?? userName));
  const keeps = typed !== undefined && answer.keepsPassword;
  const password = keeps ? await storePassword({ poolId: pool.id, ...identity }, typed) : undefined;
  const applicant = {
    userName: identity.username,
    attributes: described,
    ...forwardedMetadata(request),
  };
  const source = 'PreSignUp_AdminCreateUser';
  const { verified } = await runPreSignUp(context, request, { ...applicant, source });
  // No await before the user is created: of concurrent first sign-ins one creates the user and the others find it.
  const existing = findUser(context, pool, userName);
  if (existing) return existing;
  const attributes = { ...described, ...verified };
  claimNames(context, pool, identity, { ...answer, attributes });
  const status = password ? 'CONFIRMED' : 'RESET_REQUIRED';
  const factors: User['factors'] = answer.wantsSmsMfa ? ['SMS_MFA'] : [];
  const user = createUser(context, pool, {
    ...identity,
    attributes,
    status,
    factors,
    ...(password && { password }),
  });
  if (!answer.isSilent) await sendMigratedMessage(context, pool, user, answer.mediums);
  return user;
}

function claimNames(
  context: Context,
  pool: Pool,
  identity: Pick<User, 'sub' | 'username'>,
  { attributes, forcesAlias }: MigrationResponse,
): void {
  if (findUser(context, pool, identity.username))
    throw new MigrationError('Error during migration: username exists');
  asMigrationError(() => claimAlias(context, pool, { ...identity, attributes }, forcesAlias));
}

function checkMigratedAttributes({ settings }: Pool, attributes: Record<string, string>): void {
  asMigrationError(() => {
    checkAttributes(settings, attributes);
    checkRequired(settings, attributes);
  });
}

function asMigrationError(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceError) throw new MigrationError(error.message);
    throw error;
  }
}

/** If addresses are aliases, an address cannot be the username; the trigger must return one. */
function chooseUsername({ settings }: Pool, username: string): string | undefined {
  if (usesAddressAsUsername(settings)) return undefined;
  if ((settings.AliasAttributes ?? []).includes('email') && username.includes('@')) {
    throw new MigrationError(
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
  }
  return username;
}

/** With PreventUserExistenceErrors a failed migration looks like a wrong password. */
const migrationRefusal = (client: Client, message: string) =>
  hidesUsers(client.settings) ? incorrectCredentials() : new ServiceError('UserNotFoundException', message);
