import type { TimeUnitsType } from '@aws-sdk/client-cognito-identity-provider';
import { day, hour, minute, second } from '../clock.js';
import type { ClientSettings } from './records.js';

/** Default flows of a client; they do not include USER_PASSWORD. */
const defaultFlows = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'];
/** Old names without the `ALLOW_` prefix; with these SRP and refresh are always allowed. */
const legacyFlows: Record<string, string> = {
  ADMIN_NO_SRP_AUTH: 'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  CUSTOM_AUTH_FLOW_ONLY: 'ALLOW_CUSTOM_AUTH',
  USER_PASSWORD_AUTH: 'ALLOW_USER_PASSWORD_AUTH',
};

export function allowsFlow(settings: ClientSettings, flow: string): boolean {
  const given: string[] = settings.ExplicitAuthFlows ?? [];
  if (given.length === 0) return defaultFlows.includes(`ALLOW_${flow}`);
  if (given.includes(`ALLOW_${flow}`)) return true;
  const isLegacy = given.some((name) => name in legacyFlows);
  if (isLegacy && flow === 'REFRESH_TOKEN_AUTH') return true;
  if (isLegacy && flow === 'USER_SRP_AUTH') return !given.includes('CUSTOM_AUTH_FLOW_ONLY');
  return given.some((name) => legacyFlows[name] === `ALLOW_${flow}`);
}

/** Default: LEGACY, as in the API but not in the console. */
export const hidesUsers = (settings: ClientSettings): boolean =>
  settings.PreventUserExistenceErrors === 'ENABLED';

export const rotatesRefreshTokens = (settings: ClientSettings): boolean =>
  settings.RefreshTokenRotation?.Feature === 'ENABLED';

export const allowsRevocation = (settings: ClientSettings): boolean => settings.EnableTokenRevocation ?? true;

const units: Record<TimeUnitsType, number> = { seconds: second, minutes: minute, hours: hour, days: day };

/** Lifetimes in milliseconds. Without a unit access and ID tokens count in hours, refresh tokens in days. */
export function lifetimes(settings: ClientSettings): { access: number; id: number; refresh: number } {
  const unit = settings.TokenValidityUnits;
  return {
    access: (settings.AccessTokenValidity || 1) * units[unit?.AccessToken ?? 'hours'],
    id: (settings.IdTokenValidity || 1) * units[unit?.IdToken ?? 'hours'],
    // 0 means the default of 30 days, whatever the unit.
    refresh: settings.RefreshTokenValidity
      ? settings.RefreshTokenValidity * units[unit?.RefreshToken ?? 'days']
      : 30 * day,
  };
}

/** Validity of a challenge session. Default: 3 minutes. */
export const challengeLifetime = (settings: ClientSettings): number =>
  (settings.AuthSessionValidity ?? 3) * minute;

/** A client without a list, or with an empty one, can read all attributes. */
export const mayRead = (settings: ClientSettings, attribute: string): boolean =>
  !settings.ReadAttributes?.length || settings.ReadAttributes.includes(attribute);

export const mayWrite = (settings: ClientSettings, attribute: string): boolean =>
  !settings.WriteAttributes?.length || settings.WriteAttributes.includes(attribute);
