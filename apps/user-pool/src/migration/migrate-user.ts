import type { Context } from '../context.js';
import { storePassword } from '../passwords/stored-password.js';
import { allowsFlow, hidesUsers } from '../state/client-rules.js';
import { usesAddressAsUsername } from '../state/pool-rules.js';
import type { Client, Pool, User } from '../state/records.js';
import { askPreSignUp } from '../triggers/pre-sign-up.js';
import { triggerEvent } from '../triggers/trigger-event.js';
import { triggerFailure } from '../triggers/trigger-failure.js';
import { claimAlias } from '../users/aliases.js';
import { checkAttributes, checkRequired } from '../users/schema.js';
import { createUser, findUser, newIdentity } from '../users/users.js';
import { incorrectCredentials, ServiceError } from '../wire/errors.js';
import { MigrationError, readMigrationAnswer, type MigrationAnswer } from './migration-answer.js';
import { sendWelcome } from './welcome.js';

/** A user the pool does not know, who wants in or wants a new password. */
export interface Newcomer {
  pool: Pool;
  client: Client;
  userName: string;
  /** Absent when the password was forgotten. */
  password?: string;
  clientMetadata: Record<string, string> | undefined;
}

/**
 * Asks the migration function, and makes the user it describes. Afterwards the caller goes on as for any user, or finds
 * that there is none. (Developer guide, Migrate user Lambda trigger)
 */
export async function migrateUser(context: Context, newcomer: Newcomer): Promise<User | undefined> {
  const { pool, client, userName } = newcomer;
  const trigger = pool.settings.LambdaConfig?.UserMigration;
  if (trigger === undefined || !takesPasswords(client)) return undefined;
  const answer = await context.lambda.invoke(trigger, migrationEvent(context, newcomer));
  if (answer.kind === 'not-permitted')
    throw migrationRefusal(client, `Exception migrating user in app client ${client.id}`);
  if (answer.kind !== 'answered') throw triggerFailure('UserMigration', answer);
  try {
    const migrated = readMigrationAnswer(pool, answer.payload);
    if (!migrated) return findUser(context, pool, userName);
    return await admit(context, newcomer, migrated);
  } catch (error) {
    if (error instanceof MigrationError) throw migrationRefusal(client, error.message);
    throw error;
  }
}

const takesPasswords = ({ settings }: Client) =>
  allowsFlow(settings, 'USER_PASSWORD_AUTH') || allowsFlow(settings, 'ADMIN_USER_PASSWORD_AUTH');

function migrationEvent(context: Context, newcomer: Newcomer): object {
  const { pool, client, userName, password } = newcomer;
  const source = password === undefined ? 'UserMigration_ForgotPassword' : 'UserMigration_Authentication';
  return {
    ...triggerEvent(context, { pool, client }, source, userName),
    request: { ...(password !== undefined && { password }), ...passedOn(newcomer) },
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

/** What a sign-in calls ClientMetadata arrives as validationData. (Developer guide, Migrate user Lambda trigger) */
function passedOn({ password, clientMetadata: given }: Newcomer) {
  const clientMetadata = given ?? null;
  return password === undefined
    ? { validationData: null, clientMetadata }
    : { validationData: clientMetadata, clientMetadata: null };
}

/** The pool's password policy does not apply: the old password is taken as it is. */
async function admit(context: Context, newcomer: Newcomer, answer: MigrationAnswer): Promise<User> {
  const { pool, userName, password: typed } = newcomer;
  const { username: named, ...described } = answer.attributes;
  checkMigratedAttributes(pool, described);
  const identity = newIdentity(context, chooseUsername(pool, named ?? userName));
  const keeps = typed !== undefined && answer.keepsPassword;
  const password = keeps ? await storePassword({ poolId: pool.id, ...identity }, typed) : undefined;
  const applicant = {
    userName: identity.username,
    attributes: described,
    ...passedOn(newcomer),
  };
  const source = 'PreSignUp_AdminCreateUser';
  const { verified } = await askPreSignUp(context, newcomer, { ...applicant, source });
  // From here on nothing waits: of several first sign-ins at once the first makes the user, the others find it.
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
  if (!answer.isSilent) await sendWelcome(context, pool, user, answer.mediums);
  return user;
}

function claimNames(
  context: Context,
  pool: Pool,
  identity: Pick<User, 'sub' | 'username'>,
  { attributes, forcesAlias }: MigrationAnswer,
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

/** A typed address cannot become the username where addresses are aliases: the function has to name one. */
function chooseUsername({ settings }: Pool, username: string): string | undefined {
  if (usesAddressAsUsername(settings)) return undefined;
  if ((settings.AliasAttributes ?? []).includes('email') && username.includes('@')) {
    throw new MigrationError(
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
  }
  return username;
}

/** To a client that hides who exists, a failed migration looks like any wrong password. */
const migrationRefusal = (client: Client, message: string) =>
  hidesUsers(client.settings) ? incorrectCredentials() : new ServiceError('UserNotFoundException', message);
