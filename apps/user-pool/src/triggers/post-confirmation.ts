import type { Context } from '../context.js';
import type { ClientOfPool } from '../sign-in/clients.js';
import type { User } from '../state/records.js';
import { runTrigger, triggerAttributes } from './run-trigger.js';

type Source = 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword';

/** An error reaches the caller, but the confirmation stays. */
export async function runPostConfirmation(
  context: Context,
  { pool, client, user }: Omit<ClientOfPool, 'client'> & { client?: ClientOfPool['client']; user: User },
  source: Source,
  metadata: Record<string, string> | undefined,
): Promise<void> {
  await runTrigger(
    context,
    { pool, client },
    {
      trigger: 'PostConfirmation',
      source,
      userName: user.username,
      request: { userAttributes: triggerAttributes(user), clientMetadata: metadata ?? null },
      response: {},
    },
  );
}
