import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

/** Without the trigger Cognito refuses legacy users as it refuses unknown ones. */
export const userMigrationTrigger: Check = {
  id: 'pool.user_migration_trigger',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { LambdaConfig } = await facts.pool();
    if (LambdaConfig?.UserMigration !== undefined) return undefined;
    const arn = facts.settings('cognito').migrationFunctionArn ?? 'FUNCTION_ARN';
    return {
      severity: 'error',
      title: 'The pool has no migration trigger.',
      effect: 'Cognito does not call the migration Lambda: legacy users with the right password are refused.',
      remedy: await updatePool(facts, { LambdaConfig: { ...LambdaConfig, UserMigration: arn } }),
      changeable: true,
    };
  },
};
