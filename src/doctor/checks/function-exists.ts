import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { lambdaCommand, updatePool } from '../remedies.js';
import { triggerName } from '../trigger-function.js';

const effect = 'Cognito cannot call the migration Lambda: legacy users with the right password are refused.';

/** The pool keeps the ARN of a function that was deleted. */
export const functionExists: Check = {
  id: 'function.exists',
  area: 'function',
  atStart: true,
  async find(facts) {
    if (await facts.triggerFunction()) return undefined;
    const arn = await facts.triggerArn();
    return {
      severity: 'error',
      title: `The function of the migration trigger, ${arn}, does not exist.`,
      effect,
      remedy: (await useOtherFunction(facts, arn)) ?? (await createFunction(facts)),
      changeable: true,
    };
  },
};

export const functionRegion: Check = {
  id: 'function.region',
  area: 'function',
  atStart: true,
  async find(facts) {
    const arn = await facts.triggerArn();
    const { region } = facts.settings('userPool');
    const [, , , found] = arn.split(':');
    if (found === region) return undefined;
    return {
      severity: 'error',
      title: `The migration Lambda is in ${found}, and the pool in ${region}.`,
      effect,
      remedy: (await useOtherFunction(facts, arn)) ?? (await createFunction(facts)),
      changeable: true,
    };
  },
};

/** If MIGRATION_FUNCTION_ARN says which. */
async function useOtherFunction(facts: Facts, present: string): Promise<string | undefined> {
  const { migrationFunctionArn: arn } = facts.settings('cognito');
  if (arn === undefined || arn === present) return undefined;
  const { LambdaConfig } = await facts.pool();
  return updatePool(facts, { LambdaConfig: { ...LambdaConfig, UserMigration: arn } });
}

async function createFunction(facts: Facts): Promise<string> {
  const name = (await triggerName(facts)).name.split(':').at(-1) ?? '';
  const variables =
    'Variables={MIGRATION_API_URL=API_URL,MIGRATION_ACCESS_TOKEN=<one of MIGRATION_ACCESS_TOKENS>}';
  const command = lambdaCommand(facts, 'create-function', [
    ...['--function-name', name, '--runtime', 'nodejs24.x', '--handler', 'index.handler'],
    ...['--zip-file', 'fileb://dist/migration-lambda.zip', '--timeout', '5', '--memory-size', '1024'],
    ...['--role', 'ROLE_ARN', '--environment', variables],
  ]);
  return `${command} # role and values: docs/production.md`;
}
