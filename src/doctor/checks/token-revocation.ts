import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

export const tokenRevocation: Check = {
  id: 'client.token_revocation',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    if ((await facts.appClient(clientId)).EnableTokenRevocation) return undefined;
    return {
      severity: 'error',
      title: `App client ${clientId} does not allow the revocation of tokens.`,
      effect:
        'A sign-out ends no session at Cognito: a stolen refresh token is valid until it expires. Tokens also lack origin_jti, by which Usher revokes sessions.',
      remedy: await updateAppClient(facts, clientId, { EnableTokenRevocation: true }),
      changeable: true,
    };
  },
};
