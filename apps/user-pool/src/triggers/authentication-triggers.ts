import type { Context } from '../context.js';
import type { ClientOfPool } from '../sign-in/clients.js';
import type { User } from '../state/records.js';
import type { Holder } from '../tokens/session.js';
import type { ClientMetadata } from './client-metadata.js';
import { runTrigger, triggerAttributes } from './run-trigger.js';

/** May throw to refuse a sign-in. Also runs for unknown users with PreventUserExistenceErrors. */
export async function runPreAuthentication(
  context: Context,
  owner: ClientOfPool,
  who: { userName: string; user: User | undefined },
  metadata: ClientMetadata,
): Promise<void> {
  await runTrigger(context, owner, {
    trigger: 'PreAuthentication',
    source: 'PreAuthentication_Authentication',
    userName: who.user?.username ?? who.userName,
    request: {
      userAttributes: who.user ? triggerAttributes(who.user) : {},
      validationData: metadata ?? null,
      userNotFound: who.user === undefined,
    },
    response: {},
  });
}

export async function runPostAuthentication(
  context: Context,
  { pool, client, user }: Holder,
  metadata: ClientMetadata,
): Promise<void> {
  await runTrigger(
    context,
    { pool, client },
    {
      trigger: 'PostAuthentication',
      source: 'PostAuthentication_Authentication',
      userName: user.username,
      request: {
        userAttributes: triggerAttributes(user),
        newDeviceUsed: false,
        clientMetadata: metadata ?? null,
      },
      response: {},
    },
  );
}
