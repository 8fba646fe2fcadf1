import type { Check } from '../check.js';
import { updatePool } from '../remedies.js';

/** Cognito sees the address of the backend for everyone (UserContextData, API reference). */
export const threatProtection: Check = {
  id: 'pool.threat_protection',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { UserPoolAddOns } = await facts.pool();
    if (UserPoolAddOns?.AdvancedSecurityMode !== 'ENFORCED') return undefined;
    return {
      severity: 'warning',
      title: 'Threat protection blocks sign-ins by IP address.',
      effect:
        'Cognito sees the address of the backend for all people: the failures of some can block the sign-ins of others.',
      remedy: await updatePool(facts, {
        UserPoolAddOns: { ...UserPoolAddOns, AdvancedSecurityMode: 'AUDIT' },
      }),
      changeable: true,
    };
  },
};
