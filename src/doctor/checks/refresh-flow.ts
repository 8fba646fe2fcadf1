import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

/** Cognito developer guide, "Refresh tokens": rotation replaces ALLOW_REFRESH_TOKEN_AUTH. */
export const refreshFlow: Check = {
  id: 'client.refresh_flow',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    const { ExplicitAuthFlows: flows = [], RefreshTokenRotation } = await facts.appClient(clientId);
    const rotates = RefreshTokenRotation?.Feature === 'ENABLED';
    // Names without ALLOW_ always include refresh tokens.
    const allows =
      flows.includes('ALLOW_REFRESH_TOKEN_AUTH') || flows.some((flow) => !flow.startsWith('ALLOW_'));
    if (rotates || allows) return undefined;
    return {
      severity: 'error',
      title: `App client ${clientId} does not allow refresh tokens.`,
      effect: 'Every session ends with its first access token, after an hour at most by default.',
      remedy: await updateAppClient(facts, clientId, {
        ExplicitAuthFlows: [...flows, 'ALLOW_REFRESH_TOKEN_AUTH'],
      }),
      changeable: true,
    };
  },
};
