import { day, hour, minute } from '../clock.js';
import { lifetimes } from '../state/client-rules.js';
import type { ClientSettings, PoolSettings } from '../state/records.js';
import { schemaOf } from '../users/schema.js';
import { invalidParameter } from '../wire/errors.js';

export function checkClientSettings(
  pool: PoolSettings,
  settings: ClientSettings,
  work: 'creating' | 'updating',
): void {
  checkFlows(settings.ExplicitAuthFlows ?? []);
  checkLifetimes(settings);
  const invalid = (what: string) =>
    invalidParameter(`Invalid ${what} attributes specified while ${work} a client`);
  if (!(settings.ReadAttributes ?? []).every((name) => schemaOf(pool).has(name))) throw invalid('read');
  if (settings.WriteAttributes?.length && !areWritable(pool, settings.WriteAttributes))
    throw invalid('write');
}

/** (API reference, UpdateUserPoolClient, EnablePropagateAdditionalUserContextData) */
export function checkContextData(settings: ClientSettings, secret: string | undefined): void {
  if (settings.EnablePropagateAdditionalUserContextData && secret === undefined)
    throw invalidParameter('EnablePropagateAdditionalUserContextData needs a client with a secret.');
}

/** Set by the pool itself; Cognito rejects them in a list of writable attributes. */
const neverWritable = ['sub', 'email_verified', 'phone_number_verified'];

/** The list must contain every required attribute (developer guide, "User pool attributes": they "are always writable"). */
function areWritable(pool: PoolSettings, names: string[]): boolean {
  const schema = schemaOf(pool);
  const required = [...schema.values()].filter(({ Name, Required }) => Required && Name !== 'sub');
  return (
    names.every((name) => schema.has(name) && !neverWritable.includes(name)) &&
    required.every(({ Name }) => names.includes(Name))
  );
}

const flows = ['ADMIN_NO_SRP_AUTH', 'CUSTOM_AUTH_FLOW_ONLY', 'USER_PASSWORD_AUTH'];
const newFlows = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
];

function checkFlows(given: string[]): void {
  const unknown = given.find((flow) => !flows.includes(flow) && !newFlows.includes(flow));
  if (unknown !== undefined)
    throw invalidParameter(`The local user pool does not support the flow ${unknown}.`);
  if (given.some((flow) => flows.includes(flow)) && given.some((flow) => newFlows.includes(flow))) {
    throw invalidParameter('Explicit auth flows with and without the prefix ALLOW_ cannot be mixed.');
  }
}

function checkLifetimes(settings: ClientSettings): void {
  const { access, id, refresh } = lifetimes(settings);
  const isShort = (time: number) => time >= 5 * minute && time <= 24 * hour;
  if (!isShort(access)) throw outOfRange('AccessTokenValidity', '5 minutes and 24 hours');
  if (!isShort(id)) throw outOfRange('IdTokenValidity', '5 minutes and 24 hours');
  if (refresh < hour || refresh > 3650 * day)
    throw outOfRange('RefreshTokenValidity', '60 minutes and 3650 days');
}

const outOfRange = (name: string, range: string) =>
  invalidParameter(`Invalid range for ${name}: between ${range}.`);
