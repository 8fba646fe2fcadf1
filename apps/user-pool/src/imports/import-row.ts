import type { Services } from '../context.js';
import { refuseHash } from '../passwords/imported-hash.js';
import type { ImportJob, Pool, User } from '../state/records.js';
import { claimAlias } from '../users/aliases.js';
import { checkAttributes, checkRequired } from '../users/schema.js';
import { readNewName, takenName } from '../users/usernames.js';
import { createUser, newIdentity } from '../users/users.js';
import { ServiceError } from '../wire/errors.js';
import { hashColumn, mfaColumn, usernameColumn } from './csv-header.js';

/** The result of a row. The text goes to the log and has no data of the user. */
export interface RowResult {
  outcome: 'SUCCEEDED' | 'SKIPPED' | 'FAILED';
  text: string;
}

class RowError extends Error {}

type Row = Record<string, string>;

/** Creates the user of a row. (Developer guide, Formatting the CSV file) */
export function importRow(
  services: Services,
  { pool, job }: { pool: Pool; job: ImportJob },
  columns: string[],
  cells: string[],
): RowResult {
  try {
    if (cells.length !== columns.length)
      throw new RowError('The row has not as many values as the header has columns.');
    const row: Row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    return importUser(services, { pool, job }, row);
  } catch (error) {
    // Messages of the pool name attributes, never values.
    if (error instanceof RowError || error instanceof ServiceError)
      return { outcome: 'FAILED', text: error.message };
    throw error;
  }
}

function importUser(services: Services, { pool, job }: { pool: Pool; job: ImportJob }, row: Row): RowResult {
  const name = readUsername(pool, row);
  const attributes = readAttributes(pool, row);
  const address = Object.entries(name.attributes)[0];
  if (address && attributes[address[0]]?.toLowerCase() !== address[1].toLowerCase())
    throw new RowError(`cognito:username and ${address[0]} differ.`);
  checkAttributes(pool.settings, attributes);
  checkRequired(pool.settings, attributes);
  checkVerified(pool, attributes);
  const factors = readFactors(pool, row);
  const password = readHash(job, row);
  if (takenName(services, pool, name) !== undefined)
    return { outcome: 'SKIPPED', text: 'The user already exists.' };
  const identity = newIdentity(services, name.username);
  claimAlias(services, pool, { sub: identity.sub, attributes }, false);
  createUser(services, pool, { ...identity, attributes, factors, ...password });
  return { outcome: 'SUCCEEDED', text: 'The import succeeded.' };
}

function readUsername({ settings }: Pool, row: Row) {
  const username = row[usernameColumn] ?? '';
  if (username === '') throw new RowError('cognito:username is empty.');
  if (/\s/.test(username) || username.length > 128) throw new RowError('cognito:username is not valid.');
  return readNewName(settings, username);
}

const flags = ['email_verified', 'phone_number_verified'];

function readAttributes(pool: Pool, row: Row): Row {
  const attributes: Row = {};
  for (const [column, value] of Object.entries(row)) {
    if (value === '' || column === usernameColumn || column === mfaColumn || column === hashColumn) continue;
    if (flags.includes(column)) attributes[column] = value.toLowerCase();
    else attributes[column] = column === 'birthdate' ? isoDate(value) : value;
  }
  return attributes;
}

/** The attribute has the format of OpenID Connect, unlike the column. */
function isoDate(value: string): string {
  const [, month, day, year] = /^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/(\d{4})$/.exec(value) ?? [];
  if (month === undefined) throw new RowError('birthdate is not in the format mm/dd/yyyy.');
  return `${year}-${month}-${day}`;
}

function checkVerified({ settings }: Pool, attributes: Row): void {
  if (!(settings.AutoVerifiedAttributes ?? []).some((name) => attributes[`${name}_verified`] === 'true')) {
    throw new RowError(
      'The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).',
    );
  }
  const empty = ['email', 'phone_number'].find(
    (name) => attributes[`${name}_verified`] === 'true' && attributes[name] === undefined,
  );
  if (empty !== undefined) throw new RowError(`${empty}_verified is true, but ${empty} is empty.`);
}

/** A blank value means what the pool requires. */
function readFactors({ settings, factors }: Pool, row: Row): User['factors'] {
  const enabled = row[mfaColumn]?.toLowerCase() ?? '';
  const forbidden = { ON: 'false', OFF: 'true', OPTIONAL: undefined }[settings.MfaConfiguration ?? 'OFF'];
  if (!['', 'true', 'false'].includes(enabled) || enabled === forbidden)
    throw new RowError('cognito:mfa_enabled does not correspond to the MFA requirements of the user pool.');
  return enabled === 'true' && row['phone_number'] && factors.includes('SMS_MFA') ? ['SMS_MFA'] : [];
}

function readHash({ algorithm }: ImportJob, row: Row): Pick<User, 'status' | 'importedHash'> {
  const hash = row[hashColumn] ?? '';
  if (hash === '') return { status: 'RESET_REQUIRED' };
  if (algorithm === undefined) throw new RowError('password_hash has a value, but the job has no algorithm.');
  const refusal = refuseHash({ algorithm, hash });
  if (refusal === 'malformed') throw new RowError(`The password hash is malformed for ${algorithm}.`);
  if (refusal !== undefined)
    throw new RowError(`A parameter of the password hash is out of bounds for ${algorithm}.`);
  return { status: 'CONFIRMED', importedHash: { algorithm, hash } };
}
