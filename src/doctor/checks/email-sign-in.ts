import type { Check } from '../check.js';
import { createPool } from '../remedies.js';

export const emailSignIn: Check = {
  id: 'pool.email_sign_in',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { UsernameAttributes = [], AliasAttributes = [] } = await facts.pool();
    if (UsernameAttributes.includes('email')) return undefined;
    return {
      severity: 'error',
      title: AliasAttributes.includes('email')
        ? 'E-mail addresses are aliases in this pool, and user names are something else.'
        : 'Users of this pool do not sign in with their e-mail address.',
      effect: 'Cognito cannot create a migrated user under the typed address: nobody can migrate.',
      remedy: await createPool(facts, { UsernameAttributes: ['email'], AliasAttributes: undefined }),
      changeable: false,
    };
  },
};
