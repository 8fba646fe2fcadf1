import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

export const existenceErrors: Check = {
  id: 'client.existence_errors',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    // Without the setting it is LEGACY (API reference).
    if ((await facts.appClient(clientId)).PreventUserExistenceErrors === 'ENABLED') return undefined;
    return {
      severity: 'error',
      title: `App client ${clientId} tells whether a user exists.`,
      effect: 'Anyone who knows the client id can find out from Cognito which addresses have an account.',
      remedy: await updateAppClient(facts, clientId, { PreventUserExistenceErrors: 'ENABLED' }),
      changeable: true,
    };
  },
};
