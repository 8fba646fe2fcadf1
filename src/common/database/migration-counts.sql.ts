import { labels } from '#password-hashes';
import { isBlockedOfTextsSql, textColumns, type TypedCondition } from './blocked-condition.js';
import { emailDigest } from './email-expression.js';

/**
 * The migration status of rows, and their counts. The triggers of `users` and the full count share these expressions, so that they
 * cannot differ. A change here needs a migration that sets `usher.installation.blocked_when` to NULL: the next start then replaces
 * both functions and counts again.
 */

/** Times of the legacy application are read as text, because their type varies. */
const readColumns = (confirmedAt: string): Record<string, [column: string, type: string]> => ({
  cognito_sub: ['cognito_sub', 'text'],
  encrypted_password: ['encrypted_password', 'text'],
  confirmed: [confirmedAt, 'text'],
  created: ['created_at', 'text'],
  current_sign_in: ['current_sign_in_at', 'text'],
  last_sign_in: ['last_sign_in_at', 'text'],
  usher_legacy_format: ['usher_legacy_format', 'text'],
  usher_legacy_skipped: ['usher_legacy_skipped', 'text'],
  usher_disabled_at: ['usher_disabled_at', 'timestamptz'],
  usher_erased_at: ['usher_erased_at', 'timestamptz'],
  usher_migration_state: ['usher_migration_state', 'text'],
  usher_migration_reason: ['usher_migration_reason', 'text'],
  usher_migration_at: ['usher_migration_at', 'timestamptz'],
});

/** What the functions depend on besides the state of a row. */
export interface CountedBy {
  conditions: readonly TypedCondition[];
  /** The column with the time of the confirmation. */
  confirmedAt: string;
}

/**
 * The rows of `users` or of a trigger's transition table. A missing column resolves to NULL in the outer query, so that a
 * column that the legacy application drops does not make its writes fail.
 */
function rowsOf(table: string, { conditions, confirmedAt }: CountedBy): string {
  const blocked = Object.entries(textColumns(conditions));
  const columns = [
    ...Object.entries(readColumns(confirmedAt)).map(([name, [column, type]]) => ({
      name,
      column: `"${column}"`,
      type,
    })),
    ...blocked.map(([name, column]) => ({ name, column, type: 'text' })),
  ];
  const absent = new Map(columns.map(({ column, type }) => [column, `NULL::${type} AS ${column}`]));
  const read = columns.map(({ name, column, type }) => `${column}::${type} AS ${name}`);
  return `
  (SELECT person.*, ${isBlockedOfTextsSql(conditions)} AS usher_blocked
    FROM (SELECT ${[...absent.values()].join(', ')}) AS absent,
    LATERAL (SELECT ${read.join(', ')} FROM ${table}) AS person) AS person`;
}

/** Settings of the functions: they determine how times are cast to text. */
const functionSettings = `SET search_path = pg_catalog, pg_temp SET datestyle TO 'ISO' SET timezone TO 'UTC'`;

/** The first day of the month; NULL if the text is no time. */
const monthOf = (text: string) =>
  `CASE WHEN ${text} ~ '^[1-9]\\d{3}-(0[1-9]|1[0-2])-\\d\\d' THEN (left(${text}, 7) || '-01')::date END`;

/** Trims the same padding as libs/password-hashes. */
const trimmedHash = `btrim(encrypted_password, E' \\t\\n\\x0B\\f\\r')`;

/** Whether the row has no hash of its own. */
export const isOwnHashBlank = `coalesce(${trimmedHash}, '') = ''`;

/** Whether the user has no legacy hash: a copy has the format of the source's hash, all other rows their own. */
export const isBlank = `(usher_legacy_format IS NULL AND ${isOwnHashBlank})`;
const unlinked = `usher_erased_at IS NULL AND cognito_sub IS NULL AND usher_disabled_at IS NULL AND NOT usher_blocked`;
const stored = `usher_migration_state IN ('reset_sent', 'failed')`;

/** Signed up at Usher, so not a legacy user. The first sign-in migrates the row as well. */
const isNew = `usher_migration_reason IS NOT DISTINCT FROM 'signed_up'`;

export const state = `
  CASE WHEN usher_erased_at IS NOT NULL THEN 'skipped'
    WHEN cognito_sub IS NOT NULL THEN CASE WHEN usher_migration_state = 'imported' THEN 'imported' ELSE 'migrated' END
    WHEN usher_disabled_at IS NOT NULL OR usher_blocked THEN 'skipped'
    WHEN ${stored} THEN usher_migration_state
    WHEN ${isNew} OR ${isBlank} OR confirmed IS NULL THEN 'skipped'
    ELSE 'legacy' END`;

export const reason = `
  CASE WHEN usher_erased_at IS NOT NULL THEN 'erased'
    WHEN cognito_sub IS NOT NULL THEN
      CASE WHEN usher_migration_state = 'imported' OR usher_migration_reason = 'hash_import' THEN usher_migration_reason END
    WHEN usher_disabled_at IS NOT NULL THEN 'disabled'
    WHEN usher_blocked THEN coalesce(usher_legacy_skipped, 'blocked')
    WHEN ${stored} THEN usher_migration_reason
    WHEN confirmed IS NULL THEN 'unconfirmed'
    WHEN ${isNew} THEN 'signed_up'
    WHEN ${isBlank} THEN 'no_password'
    ELSE usher_migration_reason END`;

/** Users who have not migrated yet. */
const isPending = `${unlinked} AND (${stored} OR NOT (${isNew} OR ${isBlank} OR confirmed IS NULL))`;

/** `salt:digest` of Lucia. Compares lengths first, because bounded repetitions are slow in PostgreSQL's regular expressions. */
const isSaltAndDigest = (text: string) => `
  (length(${text}) = 145 AND strpos(${text}, ':') = 17 AND ${text} ~ '^[A-Za-z0-9]+:[0-9a-f]+$'
    OR length(${text}) = 161 AND strpos(${text}, ':') = 33 AND ${text} ~ '^[0-9a-f]+:[0-9a-f]+$')`;

/** A prefix from a fixed set, or the name of a format without one; never a part of a salt or digest. */
const beginningOf = (text: string) => `
  CASE WHEN ${text} ~ '^\\$2[abxy]?\\$\\d\\d\\$' THEN substring(${text} from '^\\$2[abxy]?\\$\\d\\d\\$')
    WHEN ${text} ~ '^A([A-P]|QAAAA)[A-Za-z0-9+/]{50,}={0,2}$' THEN 'base64'
    WHEN ${text} ~ '^[0-9A-Fa-f]+$' AND length(${text}) IN (32, 40, 64, 128)
      THEN 'hexadecimal, ' || length(${text}) || ' digits'
    WHEN ${isSaltAndDigest(text)} THEN 'salt:hexadecimal'
    ELSE coalesce(
      substring(${text} from
        '^(\\$(?:argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha(?:1|256|512))?|bcrypt-sha256|(?:md5|sha256|sha512)-crypt|1|5|6|7|y|gy|apr1|wp|P|H|S)\\$|U\\$S\\$)'),
      substring(${text} from
        '^((?:pbkdf2_sha(?:1|256|512)|argon2|bcrypt|bcrypt_sha256|scrypt|md5|sha1)\\$|scrypt:|pbkdf2:sha(?:1|256|512):|s2:)'),
      substring(${text} from '^(\\$bcrypt\\$(?:v=9[78]\\$)?r=\\d\\d?\\$)'),
      CASE WHEN ${text} ~ '^\\$[0-9a-f]{5,6}\\$' THEN 'scrypt, cost in hexadecimal' END,
      'other') END`;

/** Labels of unsupported formats, which are reported by name. */
const unreadLabels = ['NOOP', 'PLAIN', 'CLEAR', 'CLEARTEXT', 'MD4', 'PLAIN-MD4', 'NTLM'];

const isOneOf = (text: string, names: string[]) =>
  `${text} IN (${names.map((name) => `'{${name}}'`).join(', ')})`;

/** In upper case. The C collation folds only ASCII, also in a database with a Turkish locale. */
const label = `
  upper(substring(hash COLLATE "C" from
    '^\\{[Ll][Dd][Aa][Pp]\\}\\{[Ss]?[Ss][Hh][Aa]\\}|^\\{[A-Za-z0-9@_.-]+\\}'))`;

const withoutEncoding = String.raw`regexp_replace(label, '\.(HEX|B64|BASE64)\}$', '}')`;
const allLabels = [...labels.around, ...labels.alone, 'LDAP}{SHA', 'LDAP}{SSHA', ...unreadLabels];

const labelled = `(
  SELECT CASE WHEN ${isOneOf('label', labels.around)} THEN label || ${beginningOf('rest')}
    WHEN ${isOneOf(withoutEncoding, allLabels)} THEN label
    ELSE 'other' END
  FROM (SELECT label, substr(hash, 1 + length(label)) AS rest
    FROM (SELECT ${label} AS label OFFSET 0) AS labelled OFFSET 0) AS split)`;

/**
 * The format of the stored string: the label in upper case, followed by the prefix of the rest if that is a format as well.
 * `OFFSET 0` keeps PostgreSQL from evaluating an inner expression once per use.
 */
export const format = `coalesce(usher_legacy_format, (
  SELECT CASE WHEN hash LIKE '{%' THEN ${labelled} ELSE ${beginningOf('hash')} END
  FROM (SELECT ${trimmedHash} AS hash OFFSET 0) AS trimmed))`;

const lastSignIn = `greatest(${monthOf('current_sign_in')}, ${monthOf('last_sign_in')})`;
const month = `coalesce(${lastSignIn}, ${monthOf('created')})`;
const day = `(usher_migration_at AT TIME ZONE 'UTC')::date`;

/**
 * Format and month are set for users who have not migrated yet, the day for migrated ones. The month is that of the last sign-in, or
 * of the sign-up if there was no sign-in.
 */
const groupColumns = `${state} AS state, ${reason} AS reason,
  CASE WHEN ${isPending} THEN ${format} END AS format,
  CASE WHEN ${isPending} THEN ${month} END AS month,
  CASE WHEN ${isPending} THEN ${lastSignIn} IS NULL END AS never_signed_in,
  CASE WHEN usher_erased_at IS NULL AND cognito_sub IS NOT NULL THEN ${day} END AS day`;

/** The names of `groupColumns`, in their order. */
const keyColumns = 'state, reason, format, month, never_signed_in, day';

/** Whether the table has sign-in times. An adopted table has them only with Devise's trackable. */
export const hasSignInColumns = `
  SELECT count(*) = 2 AS found FROM pg_attribute
  WHERE attrelid = to_regclass('users') AND NOT attisdropped
    AND attname IN ('current_sign_in_at', 'last_sign_in_at')`;

/** Must be the same in all versions ("ledger" on a phone keypad). */
export const countsLock = 533_437;

const into = `INSERT INTO usher.migration_counts (${keyColumns}, people)`;

const groupedRows = (table: string, by: CountedBy) =>
  `(SELECT ${groupColumns} FROM ${rowsOf(table, by)}) AS place`;

/**
 * The statement of a trigger: the differences of the counts.
 * @param tables transition tables with the old and the new rows
 */
function difference(tables: { before?: string; after?: string }, by: CountedBy): string {
  const side = (table: string | undefined, change: number) =>
    table === undefined ? [] : [`SELECT ${keyColumns}, ${change} AS change FROM ${groupedRows(table, by)}`];
  const sides = [...side(tables.before, -1), ...side(tables.after, 1)];
  return `${into} SELECT ${keyColumns}, sum(change) FROM (${sides.join(' UNION ALL ')}) AS changed
    GROUP BY ${keyColumns} HAVING sum(change) <> 0;`;
}

/** Keeps the approval of a deleted row, or its link if it has no approval. */
const keepAgreements = `
  INSERT INTO usher.deleted_agreements (user_id, email_digest, agreed_at)
  SELECT id::text, coalesce(usher_agreed_email, ${emailDigest('email')}), coalesce(usher_agreed_at, cognito_linked_at)
  FROM gone WHERE coalesce(usher_agreed_at, cognito_linked_at) IS NOT NULL AND usher_erased_at IS NULL;`;

/** SECURITY DEFINER, because the legacy application has no rights in our schema. */
export const buildCountFunction = (by: CountedBy) => `
  CREATE OR REPLACE FUNCTION usher.count_migration() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    ${functionSettings} AS $$
  BEGIN
    CASE TG_OP
      WHEN 'INSERT' THEN ${difference({ after: 'come' }, by)}
      WHEN 'UPDATE' THEN ${difference({ before: 'gone', after: 'come' }, by)}
      WHEN 'DELETE' THEN ${difference({ before: 'gone' }, by)} ${keepAgreements}
      ELSE DELETE FROM usher.migration_counts;
    END CASE;
    RETURN NULL;
  END $$`;

/**
 * Replaces all differences by a full count. One statement, and so one snapshot: concurrent changes add differences that stay. The
 * lock excludes a concurrent compaction (`compact`).
 * @param table quoted, with its schema
 */
export const buildRecountFunction = (table: string, by: CountedBy) => `
  CREATE OR REPLACE FUNCTION usher.recount_migration() RETURNS void LANGUAGE sql ${functionSettings} AS $$
    SELECT pg_advisory_xact_lock(${countsLock});
    WITH gone AS (DELETE FROM usher.migration_counts)
    ${into} SELECT ${keyColumns}, count(*) FROM ${groupedRows(table, by)} GROUP BY ${keyColumns}
  $$`;

/** Compacts the differences to one row per group and returns the number of rows. Concurrent differences stay. */
export const compact = `
  WITH gone AS (DELETE FROM usher.migration_counts RETURNING *),
  added AS (${into}
    SELECT ${keyColumns}, sum(people) FROM gone GROUP BY ${keyColumns} HAVING sum(people) <> 0 RETURNING 1)
  SELECT count(*) AS rows FROM added`;
