import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

export const preSignUp: Check = {
  id: 'pool.pre_sign_up',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { LambdaConfig, AdminCreateUserConfig } = await facts.pool();
    const trigger = LambdaConfig?.PreSignUp;
    const migration = await facts.triggerArn();
    if (trigger === migration) return undefined;
    if (trigger === undefined && AdminCreateUserConfig?.AllowAdminCreateUserOnly) return undefined;
    return {
      severity: 'warning',
      title:
        trigger === undefined
          ? 'Strangers can sign up at the pool with the address of a legacy user.'
          : 'The pre sign-up trigger of the pool is another function than the migration Lambda.',
      effect:
        trigger === undefined
          ? 'The pool user of the stranger prevents the migration of the legacy user until the right password is entered.'
          : 'Cognito calls it for migrated users too. If it refuses them, nobody can migrate; if it lets strangers sign up with the address of a legacy user, they prevent the migration.',
      remedy: await updatePool(facts, { LambdaConfig: { ...LambdaConfig, PreSignUp: migration } }),
      changeable: true,
    };
  },
};
