import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

export const deletionProtection: Check = {
  id: 'pool.deletion_protection',
  area: 'pool',
  atStart: true,
  async find(facts) {
    if ((await facts.pool()).DeletionProtection === 'ACTIVE') return undefined;
    return {
      severity: 'warning',
      title: 'The pool is not protected against deletion.',
      effect: 'One command deletes the passwords of everyone who has migrated, and they cannot be restored.',
      remedy: await updatePool(facts, { DeletionProtection: 'ACTIVE' }),
      changeable: true,
    };
  },
};
