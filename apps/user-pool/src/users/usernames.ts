import type { Services } from '../context.js';
import type { Pool, PoolSettings } from '../state/records.js';
import { usesAddressAsUsername } from '../state/pool-rules.js';
import { invalidParameter } from '../wire/errors.js';
import { isEmail, isPhoneNumber } from './schema.js';
import { findUser } from './users.js';

/** The attribute that the name of a new user sets if addresses are usernames; otherwise the username. */
export interface NewName {
  username: string | undefined;
  attributes: Record<string, string>;
}

export function readNewName(settings: PoolSettings, name: string): NewName {
  if (!usesAddressAsUsername(settings)) return { username: checkPlainName(settings, name), attributes: {} };
  const allowed: string[] = settings.UsernameAttributes ?? [];
  if (allowed.includes('email') && isEmail(name)) return { username: undefined, attributes: { email: name } };
  if (allowed.includes('phone_number') && isPhoneNumber(name)) {
    return { username: undefined, attributes: { phone_number: name } };
  }
  throw invalidParameter(wrongName(allowed));
}

function wrongName(allowed: string[]): string {
  if (allowed.length > 1) return 'Username should be either an email or a phone number.';
  return allowed[0] === 'email' ? 'Username should be an email.' : 'Username should be a phone number.';
}

function checkPlainName(settings: PoolSettings, name: string): string {
  const aliases: string[] = settings.AliasAttributes ?? [];
  if (aliases.includes('email') && isEmail(name)) {
    throw invalidParameter(
      'Username cannot be of email format, since user pool is configured for email alias.',
    );
  }
  if (aliases.includes('phone_number') && isPhoneNumber(name)) {
    throw invalidParameter(
      'Username cannot be of phone number format, since user pool is configured for phone number alias.',
    );
  }
  return name;
}

/** Returns the name that is already taken, if any. */
export function takenName(
  context: Services,
  pool: Pool,
  { username, attributes }: NewName,
): string | undefined {
  if (username !== undefined && findUser(context, pool, username)) return 'username';
  const names: string[] = pool.settings.UsernameAttributes ?? [];
  return names.find((name) => {
    const value = attributes[name];
    return value !== undefined && findUser(context, pool, value) !== undefined;
  });
}
