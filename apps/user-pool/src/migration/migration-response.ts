import type { Pool } from '../state/records.js';
import { unrecognizable } from '../triggers/trigger-failure.js';

/** The response of the migration trigger for a known user. */
export interface MigrationResponse {
  attributes: Record<string, string>;
  keepsPassword: boolean;
  isSilent: boolean;
  mediums: string[];
  forcesAlias: boolean;
  wantsSmsMfa: boolean;
}

/** An invalid response of the migration trigger; the message names the invalid member. */
export class MigrationError extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns undefined if the response has no attributes: the user is unknown or the password is wrong. */
export function parseMigrationResponse(
  pool: Pool,
  payload: Record<string, unknown>,
): MigrationResponse | undefined {
  const response = payload['response'] ?? {};
  if (!isObject(response)) throw unrecognizable();
  const attributes = response['userAttributes'] ?? {};
  if (!isObject(attributes)) throw unrecognizable();
  if (!Object.values(attributes).every((value) => typeof value === 'string')) throw unrecognizable();
  if (Object.keys(attributes).length === 0) return undefined;
  const wantsSmsMfa = response['enableSMSMFA'] === true;
  if (wantsSmsMfa && (!attributes['phone_number'] || (pool.settings.MfaConfiguration ?? 'OFF') === 'OFF')) {
    throw new MigrationError('Error during migration: invalid enableSMSMFA');
  }
  return {
    attributes: attributes as Record<string, string>,
    keepsPassword: oneOf(response, 'finalUserStatus', ['CONFIRMED', 'RESET_REQUIRED']) === 'CONFIRMED',
    isSilent: oneOf(response, 'messageAction', ['SUPPRESS']) === 'SUPPRESS',
    mediums: readMediums(response['desiredDeliveryMediums']),
    forcesAlias: response['forceAliasCreation'] === true,
    wantsSmsMfa,
  };
}

function oneOf(response: Record<string, unknown>, name: string, allowed: string[]): string | undefined {
  const value = response[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw new MigrationError(`Error during migration: invalid ${name}`);
}

function readMediums(value: unknown): string[] {
  const mediums: unknown = value ?? ['SMS'];
  const isMedium = (medium: unknown): medium is string => medium === 'EMAIL' || medium === 'SMS';
  if (Array.isArray(mediums) && mediums.every(isMedium)) return mediums;
  throw new MigrationError('Error during migration: invalid desiredDeliveryMediums');
}
