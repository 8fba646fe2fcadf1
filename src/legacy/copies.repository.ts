import { hash } from 'node:crypto';
import { emailSpellings, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../common/crypto/key-ring.js';
import { Database, type Statement } from '../common/database/database.js';
import { isSpelling } from '../common/database/email-expression.js';
import { format, isOwnHashBlank } from '../common/database/migration-counts.sql.js';
import { compareCopies } from '../users/imported-users.sql.js';
import { nowForRails } from '../users/user-lookup.sql.js';
import type { LegacyUser } from './legacy-source.js';

const asRails = (time: string) => `${time} AT TIME ZONE 'UTC'`;

/** What a later read of the source may change. */
const copied = [
  ...[
    'email',
    'first_name',
    'last_name',
    'usher_legacy_verified',
    'usher_legacy_digest',
    'usher_legacy_format',
  ],
  ...['usher_legacy_locked_until', 'current_sign_in_at'],
];

/**
 * One statement for many users, so that two processes that copy the same user do not fail. Changes no user who has migrated or was
 * deleted, and writes nothing if nothing changed. The hash is read for its format and not stored. A user who was verified at the
 * source is verified here as long as the source says so; one who has confirmed the address at Usher, as long as it is the same.
 */
const upsert = (name: string, skipped: string): Statement => ({
  name,
  patienceMs: 60_000,
  text: `
    INSERT INTO users AS copy (usher_legacy_id, email, encrypted_password, first_name, last_name, confirmed_at,
      usher_legacy_verified, usher_legacy_digest, usher_legacy_format, usher_legacy_locked_until, usher_legacy_skipped,
      current_sign_in_at, created_at, updated_at)
    SELECT id, email, '', "firstName", "lastName", CASE WHEN verified THEN ${nowForRails} END,
      verified, decode(digest, 'hex'), CASE WHEN NOT ${isOwnHashBlank} THEN ${format} END, "lockedUntil",
      CASE WHEN blocked THEN 'blocked' END,
      ${asRails('"lastSignInAt"')}, coalesce(${asRails('"createdAt"')}, ${nowForRails}), ${nowForRails}
    FROM (SELECT given.*, NULL::text AS usher_legacy_format
      FROM jsonb_to_recordset($1::jsonb) AS given (id text, email text, encrypted_password text, digest text,
        "firstName" text, "lastName" text, verified boolean, blocked boolean,
        "lockedUntil" timestamptz, "lastSignInAt" timestamptz, "createdAt" timestamptz)) AS given
    ON CONFLICT (usher_legacy_id) WHERE usher_legacy_id IS NOT NULL DO UPDATE SET
      ${changes((column) => `${column} = excluded.${column}`)}, usher_legacy_skipped = ${skipped},
      confirmed_at = CASE WHEN excluded.usher_legacy_verified THEN coalesce(copy.confirmed_at, excluded.confirmed_at)
        WHEN NOT copy.usher_legacy_verified AND copy.email = excluded.email THEN copy.confirmed_at END,
      updated_at = excluded.updated_at
    WHERE copy.cognito_sub IS NULL AND copy.usher_erased_at IS NULL
      AND (${changes((column) => `copy.${column}`)}, copy.usher_legacy_skipped)
        IS DISTINCT FROM (${changes((column) => `excluded.${column}`)}, ${skipped})`,
});

const changes = (value: (column: string) => string): string => copied.map(value).join(', ');

const write = upsert('legacy-copies-write', 'excluded.usher_legacy_skipped');

/** A new block counts when the sync has read all rows; a block that the source has lifted is lifted at once. */
const writeWithoutBlocks = upsert(
  'legacy-copies-write-without-blocks',
  'CASE WHEN excluded.usher_legacy_skipped IS NOT NULL THEN copy.usher_legacy_skipped END',
);

/** $1: `emailSpellings` */
const findIds: Statement = {
  name: 'legacy-copies-find-ids',
  text: `SELECT usher_legacy_id AS id FROM users WHERE usher_legacy_id IS NOT NULL AND ${isSpelling('email', '$1')}`,
};

/** The source does not have these ids any more, or not with this address. */
const markGone: Statement = {
  name: 'legacy-copies-mark-gone',
  text: `
    UPDATE users SET usher_legacy_skipped = 'gone', updated_at = ${nowForRails}
    WHERE usher_legacy_id = ANY ($1::text[]) AND usher_legacy_skipped IS DISTINCT FROM 'gone'
      AND cognito_sub IS NULL AND usher_erased_at IS NULL`,
};

const compareImports: Statement = {
  name: 'legacy-copies-compare-imports',
  patienceMs: 60_000,
  text: compareCopies,
};

/** Rows of `users` for the people of a read-only source: without the hash, which stays at the source. */
@Injectable()
export class LegacyCopies {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
  ) {}

  /** @returns the ids that the source had for the rows with this address */
  async findIds(email: string): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(findIds, [emailSpellings(email)]);
    return rows.map(({ id }) => id);
  }

  /** @param keepBlocks blocks nobody who is not blocked here; new copies may be */
  async write(users: readonly LegacyUser[], { keepBlocks = false } = {}): Promise<void> {
    await this.database.query(keepBlocks ? writeWithoutBlocks : write, [
      JSON.stringify(users.map((user) => this.toRow(user))),
    ]);
  }

  /** Marks users whose hash has changed since they were imported into the pool, and who have not signed in. */
  async compareImports(users: readonly LegacyUser[]): Promise<void> {
    const digests = users.map(({ passwordHash }) => hash('sha256', passwordHash ?? ''));
    await this.database.query(compareImports, [users.map(({ id }) => id), digests]);
  }

  async markGone(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.database.query(markGone, [ids]);
  }

  /** Keyed, so that the copy does not help to guess the password. */
  digest(passwordHash: string): Buffer {
    return this.keys.digest('legacy-hashes', passwordHash);
  }

  private toRow(user: LegacyUser): Record<string, unknown> {
    const { id, email, passwordHash, firstName, lastName, verified, blocked, ...times } = user;
    const storedHash = storable(passwordHash) ?? '';
    return {
      ...{ id, email: normaliseEmail(storable(email) ?? ''), encrypted_password: storedHash },
      ...{ digest: storedHash.trim() === '' ? null : this.digest(storedHash).toString('hex') },
      ...{ firstName: storable(firstName), lastName: storable(lastName), verified, blocked },
      ...{ lockedUntil: times.lockedUntil, lastSignInAt: times.lastSignInAt, createdAt: times.createdAt },
    };
  }
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const storable = (text: string | null): string | null => text?.replaceAll('\0', '').toWellFormed() ?? null;
