import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { logsCommand } from '../remedies.js';

/** Milliseconds after Cognito's answer. */
const patienceMs = 5000;
const pollMs = 100;

/** Signs a random unknown address in: only then the whole path from Cognito to `/aws/auth` is known to work. */
export const canary: Check = {
  id: 'live.canary',
  area: 'live',
  atStart: false,
  async find(facts) {
    const requestId = randomUUID();
    await facts.sendCanary(requestId);
    const outcome = await outcomeOf(facts, requestId);
    if (outcome === 'asked') return undefined;
    if (outcome === 'token_refused')
      return {
        severity: 'error',
        title: 'Usher refuses the token of the migration Lambda.',
        effect:
          'The Lambda cannot ask POST /aws/auth, so nobody can migrate. The value of its MIGRATION_ACCESS_TOKEN is not in MIGRATION_ACCESS_TOKENS of the API.',
        remedy: 'MIGRATION_ACCESS_TOKENS=TOKEN_OF_THE_LAMBDA,TOKENS_SO_FAR',
        changeable: true,
      };
    return {
      severity: 'error',
      title: 'The migration trigger did not ask POST /aws/auth for an unknown user.',
      effect:
        'Nobody can migrate: legacy users with the right password are refused. ' +
        `If the log of the Lambda has no line with ${requestId}, the trigger is missing or Cognito may not invoke it (findings pool.* and function.*). ` +
        'If it has one, its cause names the error: check MIGRATION_API_URL of the Lambda and the network path to Usher.',
      remedy: logsCommand(facts, await functionNameOf(facts)),
      changeable: true,
    };
  },
};

async function outcomeOf(facts: Facts, requestId: string): Promise<string | undefined> {
  const text = `SELECT outcome FROM usher.trigger_requests WHERE request_id = $1`;
  const until = performance.now() + patienceMs;
  for (;;) {
    const [row] = await facts.queryAgain<{ outcome: string }>(text, [requestId]);
    if (row !== undefined || performance.now() > until) return row?.outcome;
    await sleep(pollMs);
  }
}

/** An ARN of a function, possibly with a version: `arn:aws:lambda:REGION:ACCOUNT:function:NAME:ALIAS`. */
async function functionNameOf(facts: Facts): Promise<string> {
  const arn = await facts.triggerArn().catch(() => facts.settings('cognito').migrationFunctionArn);
  return arn?.split(':')[6] ?? 'FUNCTION_NAME';
}
