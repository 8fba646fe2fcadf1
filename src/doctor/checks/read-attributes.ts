import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

/** A row is linked by the address in the ID token, if it is verified. */
const needed = ['email', 'email_verified'];

export const readAttributes: Check = {
  id: 'client.read_attributes',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    const { ReadAttributes = [] } = await facts.appClient(clientId);
    const missing = needed.filter((name) => !ReadAttributes.includes(name));
    // Without a list, clients read all standard attributes.
    if (ReadAttributes.length === 0 || missing.length === 0) return undefined;
    return {
      severity: 'error',
      title: `App client ${clientId} cannot read ${missing.join(' and ')}.`,
      effect:
        'ID tokens do not contain the verified address, so Usher cannot link migrated users to their rows: every first sign-in is refused.',
      remedy: await updateAppClient(facts, clientId, { ReadAttributes: [...ReadAttributes, ...missing] }),
      changeable: true,
    };
  },
};
