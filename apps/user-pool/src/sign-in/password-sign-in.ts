import type { Context } from '../context.js';
import { migrateUser } from '../migration/migrate-user.js';
import { checkSecretHash } from '../passwords/secret-hash.js';
import { checkNobodysPassword } from '../passwords/stored-password.js';
import { hidesUsers } from '../state/client-rules.js';
import { runPreAuthentication } from '../triggers/authentication-triggers.js';
import { currentUser, findUser } from '../users/users.js';
import { incorrectCredentials, userNotFound } from '../wire/errors.js';
import { requireParameter, type ClientOfPool } from './clients.js';
import { continueSignIn } from './continue-sign-in.js';
import { proveIdentity, typed } from './password-check.js';
import type { SignInResponse } from './sign-in-response.js';

type Parameters = Record<string, string> | undefined;

export async function signInWithPassword(
  context: Context,
  owner: ClientOfPool,
  parameters: Parameters,
  clientMetadata: Parameters,
): Promise<SignInResponse> {
  const { pool, client } = owner;
  const userName = requireParameter(parameters, 'USERNAME');
  const password = requireParameter(parameters, 'PASSWORD');
  checkSecretHash(client, userName, parameters?.['SECRET_HASH']);
  const user =
    findUser(context, pool, userName) ??
    (await migrateUser(context, { pool, client, userName, password, clientMetadata }));
  if (!user && !hidesUsers(client.settings)) throw userNotFound();
  await runPreAuthentication(context, owner, { userName, user }, clientMetadata);
  if (!user) {
    await checkNobodysPassword(password);
    throw incorrectCredentials();
  }
  await proveIdentity(context, client, user, typed(password));
  return continueSignIn(context, { pool, client, user: currentUser(context, user) });
}
