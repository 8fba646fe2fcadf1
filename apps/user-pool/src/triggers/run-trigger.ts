import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import type { Context } from '../context.js';
import { poolArn } from '../state/pool-rules.js';
import type { Client, Pool, User } from '../state/records.js';
import { triggerEvent } from './trigger-event.js';
import { triggerFailure, unrecognizable } from './trigger-failure.js';

/** Triggers for an existing user; the migration trigger has other rules. */
export type Trigger =
  | 'CustomMessage'
  | 'PostAuthentication'
  | 'PostConfirmation'
  | 'PreAuthentication'
  | 'PreSignUp'
  | 'PreTokenGeneration';

export interface TriggerCall {
  trigger: Trigger & keyof LambdaConfigType;
  source: string;
  userName: string;
  request: Record<string, unknown>;
  response: Record<string, unknown>;
}

/** Returns the `response` member of the result; undefined if the pool has no such trigger. */
export async function runTrigger(
  context: Context,
  where: { pool: Pool; client?: Client | undefined },
  { trigger, source, userName, request, response }: TriggerCall,
): Promise<Record<string, unknown> | undefined> {
  const name = functionOf(where.pool, trigger);
  if (name === undefined) return undefined;
  const event = triggerEvent(context, { pool: where.pool, client: where.client }, source, userName);
  const answer = await context.lambda.invoke(name, { ...event, request, response }, poolArn(where.pool.id));
  if (answer.kind !== 'answered') throw triggerFailure(trigger, answer);
  const answered = answer.payload['response'] ?? {};
  if (typeof answered !== 'object' || Array.isArray(answered)) throw unrecognizable();
  return answered as Record<string, unknown>;
}

function functionOf({ settings: { LambdaConfig } }: Pool, trigger: Trigger): string | undefined {
  const versioned = trigger === 'PreTokenGeneration' ? LambdaConfig?.PreTokenGenerationConfig : undefined;
  return LambdaConfig?.[trigger] ?? versioned?.LambdaArn;
}

/** The user in a trigger event: all values are strings, and the status is one of the attributes. */
export const triggerAttributes = (user: User): Record<string, string> => ({
  sub: user.sub,
  'cognito:user_status': user.status,
  ...user.attributes,
});
