import type { Check } from '../check.js';
import { updateAppClient } from '../remedies.js';

const seconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/** Days. Cognito's default, also for 0. */
const defaultDays = 30;

export const refreshTokenValidity: Check = {
  id: 'client.refresh_token_validity',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { clientId } = facts.settings('cognito');
    const { absoluteSeconds } = facts.settings('sessions');
    const { RefreshTokenValidity, TokenValidityUnits } = await facts.appClient(clientId);
    const unit = seconds[TokenValidityUnits?.RefreshToken ?? 'days'] ?? 86_400;
    const validity = RefreshTokenValidity ? RefreshTokenValidity * unit : defaultDays * 86_400;
    if (validity >= absoluteSeconds) return undefined;
    return {
      severity: 'warning',
      title: `Refresh tokens of app client ${clientId} expire after ${validity / 3600} hours, before SESSION_ABSOLUTE_TIMEOUT.`,
      effect: 'People have to sign in again earlier than the setting says.',
      remedy: await updateAppClient(facts, clientId, {
        RefreshTokenValidity: Math.ceil(absoluteSeconds / unit),
      }),
      changeable: true,
    };
  },
};
