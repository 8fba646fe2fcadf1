import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

/** The migration trigger fires in this flow only. */
export const passwordFlow: Check = {
  id: 'client.password_flow',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    const { ExplicitAuthFlows: flows = [] } = await facts.appClient(clientId);
    if (flows.includes('ALLOW_USER_PASSWORD_AUTH') || flows.includes('USER_PASSWORD_AUTH')) return undefined;
    // Cognito refuses names with and without ALLOW_ in one list.
    const added = flows.some((flow) => !flow.startsWith('ALLOW_'))
      ? 'USER_PASSWORD_AUTH'
      : 'ALLOW_USER_PASSWORD_AUTH';
    return {
      severity: 'error',
      title: `App client ${clientId} does not allow USER_PASSWORD_AUTH.`,
      effect: 'Every sign-in through Usher fails with status 500, and nobody can migrate.',
      remedy: await updateAppClient(facts, clientId, { ExplicitAuthFlows: [...flows, added] }),
      changeable: true,
    };
  },
};
