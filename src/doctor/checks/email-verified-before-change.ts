import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

/** `UpdateUserAttributes` needs only an access token. */
export const emailVerifiedBeforeChange: Check = {
  id: 'pool.email_verified_before_change',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { UserAttributeUpdateSettings: settings } = await facts.pool();
    const verified = settings?.AttributesRequireVerificationBeforeUpdate ?? [];
    if (verified.includes('email')) return undefined;
    return {
      severity: 'error',
      title: 'The pool replaces an e-mail address before the new one is verified.',
      effect:
        'Anyone with an access token can set another address, and take over the account with a reset of the password.',
      remedy: await updatePool(facts, {
        UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: [...verified, 'email'] },
        // Cognito refuses the setting for an address that it does not verify.
        AutoVerifiedAttributes: [
          ...new Set([...((await facts.pool()).AutoVerifiedAttributes ?? []), 'email' as const]),
        ],
      }),
      changeable: true,
    };
  },
};
