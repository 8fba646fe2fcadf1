import type { Check } from '../check.js';
import { createPool } from '../remedies.js';

export const caseSensitivity: Check = {
  id: 'pool.case_sensitive',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { UsernameConfiguration } = await facts.pool();
    // Without the setting, names are case-sensitive (API reference, UsernameConfigurationType).
    if (UsernameConfiguration?.CaseSensitive === false) return undefined;
    return {
      severity: 'warning',
      title: 'The pool distinguishes upper and lower case in addresses.',
      effect:
        'Ada@example.com and ada@example.com can become two pool users of one person. Usher sends addresses in lower case; sign-ups at the pool itself do not.',
      remedy: await createPool(facts, { UsernameConfiguration: { CaseSensitive: false } }),
      changeable: false,
    };
  },
};
