import { emailExpression } from '../../common/database/email-expression.js';
import { isSupported } from '../../credentials/supported-formats.js';
import { isLive } from '../../users/user-lookup.sql.js';
import type { Check } from '../check.js';
import { NotChecked, NothingToCheck } from '../facts.js';

const address = emailExpression('email');

/** Reads the whole table. */
const countShared = `
  SELECT count(*)::int AS addresses, coalesce(sum(rows), 0)::int AS people FROM (
    SELECT count(*) AS rows FROM users WHERE ${address} <> '' AND ${isLive} GROUP BY ${address} HAVING count(*) > 1
  ) AS shared`;

/** Reads the users table, so it is no part of the checks at start. */
export const sharedAddresses: Check = {
  id: 'source.shared_addresses',
  area: 'source',
  atStart: false,
  async find(facts) {
    const [shared] = await facts.query<{ addresses: number; people: number }>(countShared);
    if (!shared || shared.addresses === 0) return undefined;
    return {
      severity: 'warning',
      title: `${shared.people} legacy users share ${shared.addresses} addresses.`,
      effect: 'Nobody with a shared address can sign in or reset a password: it is not known who is meant.',
      remedy:
        'usher migration plan --out usher-plan # address_duplicate.csv names the rows; docs/migration.md says how to choose',
      changeable: true,
    };
  },
};

const countFormats = `
  SELECT coalesce(format, 'other') AS format, sum(people)::int AS people FROM usher.migration_counts
  WHERE state IN ('legacy', 'reset_sent', 'failed') GROUP BY 1 HAVING sum(people) > 0 ORDER BY 2 DESC`;

/** Not at start: the number changes with each migration, and the progress report has it. */
export const unknownHashes: Check = {
  id: 'source.unknown_hashes',
  area: 'source',
  atStart: false,
  async find(facts) {
    const { unmarkedScheme } = facts.settings('legacyHashes');
    const formats = await facts.query<{ format: string; people: number }>(countFormats);
    if (formats.length === 0) throw new NothingToCheck('nobody is left to migrate');
    const unknown = formats.filter(({ format }) => !isSupported(format, unmarkedScheme));
    if (unknown.length === 0) return undefined;
    const people = unknown.reduce((sum, format) => sum + format.people, 0);
    const isHex = unknown.some(({ format }) => format.startsWith('hexadecimal'));
    return {
      severity: 'warning',
      title: `${people} legacy users have a password hash that cannot be checked (${unknown.map(({ format }) => format).join(', ')}).`,
      effect: 'They cannot sign in with their old password, and need a reset.',
      remedy:
        isHex && unmarkedScheme === undefined
          ? 'LEGACY_HASH_SCHEME=hex_sha1 # or hex_md5, hex_sha256, hex_sha512: what the old application computes'
          : 'usher migration plan --out usher-plan # hash_unknown.csv names the rows; write to these users',
      changeable: true,
    };
  },
};

/** Samples all tables, so it is no part of the checks at start: the API logs the same tables by itself. */
export const unreadTables: Check = {
  id: 'source.unread_tables',
  area: 'source',
  atStart: false,
  async find(facts) {
    const { source } = facts.settings('legacySource');
    if (source !== undefined) throw new NothingToCheck('LEGACY_SOURCE says where the legacy users are');
    const [installation] = await facts.query<{ adopted: boolean }>(
      'SELECT adopted_users_table AS adopted FROM usher.installation',
    );
    if (!installation) throw new NotChecked('Usher is not installed in this database');
    if (installation.adopted) throw new NothingToCheck('the table "users" of the old application is adopted');
    const tables = (await facts.candidates()).map(({ table }) => table);
    if (tables.length === 0) return undefined;
    return {
      severity: 'error',
      title: `${tables.length === 1 ? 'A table looks' : 'Tables look'} like legacy users that nothing reads: ${tables.slice(0, 10).join(', ')}.`,
      effect: 'Its people cannot sign in, and strangers can register their addresses.',
      remedy:
        'usher source init # then LEGACY_SOURCE=usher.source.yaml; LEGACY_SOURCE=none if they are no users',
      changeable: true,
    };
  },
};
