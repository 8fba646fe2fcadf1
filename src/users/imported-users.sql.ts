/** The row of `usher.imports` belongs to the row of `users`, which is linked to the pool user that the import made. */
export const isImport = `imports.user_id = users.id AND imports.state = 'imported' AND users.cognito_sub = imports.sub
  AND users.usher_erased_at IS NULL`;

/** An imported user, without a sign-in since. */
export const isNotSignedIn = `users.usher_migration_state = 'imported' AND users.usher_migration_reason = 'hash_import'`;

/**
 * An imported user of whom the source's hash still counts: no sign-in, no password set through Usher, no reset because of another hash.
 * Both tables have to be joined.
 */
export const hashCounts = `${isImport} AND ${isNotSignedIn} AND users.usher_hash_erased_at IS NULL AND imports.reset_at IS NULL`;

/** Of a SHA-256 in hexadecimal, what `usher.imports.hash_digest` keeps. */
export const keptDigest = (hex: string): string => `substring(decode(${hex}, 'hex') for 16)`;

/** Whether the adopted table has another hash than the import read. */
export const tableDiffers = `substring(sha256(convert_to(coalesce(users.encrypted_password::text, ''), 'UTF8')) for 16)
  <> imports.hash_digest`;

/** $1: ids of the source, $2: SHA-256 of their hashes, hexadecimal. Writes nothing if nothing changed. */
export const compareCopies = `
  UPDATE usher.imports SET changed_at = CASE WHEN read.differs THEN now() END, reason = NULL
  FROM (
    SELECT users.id, ${keptDigest('given.digest')} <> imports.hash_digest AS differs
    FROM unnest($1::text[], $2::text[]) AS given (legacy_id, digest)
      JOIN users ON users.usher_legacy_id = given.legacy_id AND users.usher_legacy_id IS NOT NULL
      JOIN usher.imports ON ${hashCounts}) AS read
  WHERE imports.user_id = read.id AND read.differs <> (imports.changed_at IS NOT NULL)`;
