import { day, hour, minute } from '../clock.js';
import { lifetimes } from '../state/client-rules.js';
import type { ClientSettings, PoolSettings } from '../state/records.js';
import { schemaOf } from '../users/schema.js';
import { invalidParameter } from '../wire/errors.js';

export function checkClientSettings(pool: PoolSettings, settings: ClientSettings): void {
  checkFlows(settings.ExplicitAuthFlows ?? []);
  checkLifetimes(settings);
  const schema = schemaOf(pool);
  for (const name of [...(settings.ReadAttributes ?? []), ...(settings.WriteAttributes ?? [])]) {
    if (!schema.has(name))
      throw invalidParameter(`Invalid attributes specified while creating a client: ${name}`);
  }
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
