import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

export const accountRecovery: Check = {
  id: 'pool.account_recovery',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { AccountRecoverySetting } = await facts.pool();
    const mechanisms = AccountRecoverySetting?.RecoveryMechanisms ?? [];
    if (mechanisms.length === 0 || mechanisms.some(({ Name }) => Name === 'verified_email')) return undefined;
    return {
      severity: 'error',
      title: 'The pool sends no reset codes by e-mail.',
      effect: 'Nobody without a verified phone number can reset a forgotten password.',
      remedy: await updatePool(facts, {
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      }),
      changeable: true,
    };
  },
};
