import { emailSpellings, type UserId } from '#contracts';
import type { CognitoAlgorithm } from '#password-hashes';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { PoolUser } from '../../cognito/user-directory.js';
import { Database, type Statement } from '../../common/database/database.js';
import { emailDigest, emailExpression } from '../../common/database/email-expression.js';
import { MigrationStatusRepository } from '../../users/migration-status.js';
import { hashCounts, isImport, isNotSignedIn } from '../../users/imported-users.sql.js';
import { isLive, nowForRails } from '../../users/user-lookup.sql.js';
import type { Rejected } from '../import/job-log.js';
import { ImportFile, type ImportState } from './imports.entities.js';

/** A user for a file. */
export interface Candidate {
  legacyId: string;
  /** As in the row of `users`. */
  email: string;
  /** The first 16 bytes of the SHA-256 of the stored hash, hexadecimal. */
  hashDigest: string;
}

/** Why a row of the source is not in a file, by what its row of `users` says. */
export type RowReason =
  | 'not_copied'
  | 'known'
  | 'migrated'
  | 'reset_sent'
  | 'blocked'
  | 'unverified'
  | 'hash_replaced'
  | 'changed'
  | 'address_duplicate';

/** A line of a file that was not imported, or whose hash has changed at the source since. */
export interface RejectedUser {
  id: UserId;
  legacyId: string;
  email: string;
  state: ImportState;
  reason: string | null;
  algorithm: CognitoAlgorithm;
}

/** Must be the same in all versions ("import" on a phone keypad). */
const lockKey = 467_678;

/** For statements that change every line of a file. */
const patienceMs = 600_000;

const adopted = '(SELECT adopted_users_table FROM usher.installation)';

/** A row that has the address as well, such as one of a sign-up at Usher. */
export const isShared = `EXISTS (SELECT 1 FROM users AS other
  WHERE ${emailExpression('other.email')} = ${emailExpression('users.email')} AND other.id <> users.id
    AND other.usher_erased_at IS NULL AND NOT usher.is_blocked(other.*))`;

/** $1 to $3: ids, addresses and digests of hashes. */
const judged = (match: string) => `
  given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS given (legacy_id, address, digest, position)
  ), judged AS (
    SELECT given.position::int, given.digest, users.id, CASE
        WHEN users.id IS NULL THEN 'not_copied'
        WHEN imports.user_id IS NOT NULL THEN 'known'
        WHEN cognito_sub IS NOT NULL THEN 'migrated'
        WHEN NOT (${isLive}) OR usher_disabled_at IS NOT NULL THEN 'blocked'
        WHEN {confirmed_at} IS NULL THEN 'unverified'
        WHEN usher_migration_state IS NOT DISTINCT FROM 'reset_sent' THEN 'reset_sent'
        WHEN usher_hash_erased_at IS NOT NULL THEN 'hash_replaced'
        WHEN users.email IS DISTINCT FROM given.address THEN 'changed'
        WHEN ${isShared} THEN 'address_duplicate'
      END AS left_out
    FROM given LEFT JOIN users ON ${match} LEFT JOIN usher.imports ON imports.user_id = users.id
  )`;

const leftOut = 'SELECT position, left_out AS reason FROM judged WHERE left_out IS NOT NULL';

/** $4: the file, $5: its lines so far. */
const claim = (name: string, match: string): Statement => ({
  name: `imports-claim-${name}`,
  patienceMs,
  text: `
    WITH ${judged(match)}, claimed AS (
      INSERT INTO usher.imports (user_id, file_id, line, state, hash_digest)
      SELECT id, $4::int, $5::int + row_number() OVER (ORDER BY position), 'import_written', decode(digest, 'hex')
      FROM judged WHERE left_out IS NULL)
    ${leftOut}`,
});

const judge = (name: string, match: string): Statement => ({
  name: `imports-judge-${name}`,
  patienceMs,
  text: `WITH ${judged(match)} ${leftOut}`,
});

const ofTable = 'users.id = given.legacy_id::{id_type}';
const ofCopy = 'users.usher_legacy_id = given.legacy_id AND users.usher_legacy_id IS NOT NULL';
const claims = { table: claim('rows', ofTable), copies: claim('copies', ofCopy) };
const judgements = { table: judge('rows', ofTable), copies: judge('copies', ofCopy) };

/** @returns nothing if a user of the file was deleted since it was written */
const markSent: Statement = {
  name: 'imports-mark-sent',
  patienceMs,
  text: `UPDATE usher.imports SET state = 'import_sent' WHERE file_id = $1 AND state = 'import_written'`,
};

const hasErased: Statement = {
  name: 'imports-has-erased',
  patienceMs,
  text: `
    SELECT 1 FROM usher.imports WHERE file_id = $1
      AND NOT EXISTS (SELECT 1 FROM users WHERE users.id = imports.user_id AND users.usher_erased_at IS NULL) LIMIT 1`,
};

const reject: Statement = {
  name: 'imports-reject',
  patienceMs,
  text: `
    UPDATE usher.imports SET reason = given.text,
      state = CASE given.result WHEN 'FAILED' THEN 'import_rejected' ELSE 'skipped' END
    FROM unnest($2::int[], $3::text[], $4::text[]) AS given (line, result, text)
    WHERE file_id = $1 AND imports.line = given.line AND state = 'import_sent'
    RETURNING user_id AS id, given.result`,
};

/** Plans depend on the size of the table, and autovacuum analyses it too late. */
const analyse: Statement = {
  name: 'imports-analyse',
  patienceMs,
  text: 'ANALYZE usher.imports, usher.import_files',
};

/** They can be in a later file. */
const release: Statement = {
  name: 'imports-release',
  patienceMs,
  text: `DELETE FROM usher.imports WHERE file_id = $1 AND state = 'import_sent' AND line = ANY ($2::int[])`,
};

/** Lines that were imported and whose pool user was not read. */
const isUnlinked = `imports.state = 'import_sent'
  AND imports.file_id IN (SELECT import_files.id FROM usher.import_files WHERE import_files.state = 'done')`;

const countUnlinked: Statement = {
  name: 'imports-count-unlinked',
  patienceMs,
  text: `SELECT count(*)::int AS count FROM usher.imports WHERE ${isUnlinked}`,
};

const findUnlinked: Statement = {
  name: 'imports-find-unlinked',
  patienceMs,
  text: `SELECT users.email FROM usher.imports JOIN users ON users.id = imports.user_id WHERE ${isUnlinked} ORDER BY imports.user_id LIMIT $1`,
};

/**
 * Links rows to pool users who were imported, by their addresses. A row that a sign-in has linked meanwhile stays; a deleted row is
 * not linked, and the deletion finds the pool user by its address. $1: addresses in all spellings, $2: `sub`, $3: the pool
 */
const link: Statement = {
  name: 'imports-link',
  patienceMs,
  text: `
    WITH given AS (SELECT DISTINCT ON (address) * FROM unnest($1::text[], $2::text[]) AS given (address, sub)),
    found AS (
      SELECT users.id, given.sub, users.cognito_sub IS NULL AND usher_erased_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM users AS other WHERE other.cognito_sub = given.sub) AS is_free
      FROM given JOIN users ON ${emailExpression('users.email')} = ${emailExpression('given.address')}
        JOIN usher.imports ON imports.user_id = users.id
      WHERE ${isUnlinked}
    ), linked AS (
      UPDATE users SET cognito_sub = found.sub, cognito_linked_at = now(), cognito_user_pool_id = $3,
        usher_agreed_email = coalesce(usher_agreed_email, ${emailDigest('users.email')}),
        {updated_at: updated_at = ${nowForRails},}
        usher_migration_state = 'imported', usher_migration_reason = 'hash_import', usher_migration_at = now()
      FROM found WHERE users.id = found.id AND found.is_free AND cognito_sub IS NULL
    ), recorded AS (
      UPDATE usher.imports SET state = 'imported', sub = found.sub FROM found WHERE imports.user_id = found.id RETURNING 1)
    SELECT count(*)::int AS count FROM recorded`,
};

/** Imported, but no pool user has the address: the row has another one meanwhile, or the pool user was deleted. */
const giveUpUnlinked: Statement = {
  name: 'imports-give-up-unlinked',
  patienceMs,
  text: `
    UPDATE usher.imports SET state = 'import_rejected', reason = 'no pool user has the address of the row'
    WHERE ${isUnlinked} RETURNING user_id AS id`,
};

const countStates: Statement = {
  name: 'imports-count-states',
  patienceMs,
  text: 'SELECT state, count(*)::int AS users FROM usher.imports GROUP BY state',
};

const isChanged = `(${hashCounts} OR imports.reset_at IS NOT NULL AND ${isImport} AND ${isNotSignedIn}) AND imports.changed_at IS NOT NULL`;

/** Also users whose hash has changed at the source since the import. In pages by the id. */
const findRejects: Statement = {
  name: 'imports-find-rejects',
  patienceMs,
  text: `
    SELECT users.id, CASE WHEN ${adopted} THEN users.id::text ELSE usher_legacy_id END AS "legacyId", users.email,
      imports.state, import_files.algorithm, CASE WHEN imports.state <> 'imported' THEN imports.reason
        ELSE concat_ws(', ', 'import_hash_changed', imports.reason, CASE WHEN imports.reset_at IS NOT NULL THEN 'reset' END) END AS reason
    FROM usher.imports JOIN users ON users.id = imports.user_id JOIN usher.import_files ON import_files.id = imports.file_id
    WHERE (imports.state IN ('import_rejected', 'skipped') OR ${isChanged})
      AND imports.user_id > coalesce($1::{id_type}, '{first_id}'::{id_type})
    ORDER BY imports.user_id LIMIT $2`,
};

const findCanary: Statement = {
  name: 'imports-find-canary',
  text: `
    SELECT users.email, imports.state, imports.reason,
      coalesce(usher_migration_state = 'migrated', false) AS "signedIn"
    FROM usher.import_files JOIN usher.imports ON imports.file_id = import_files.id JOIN users ON users.id = imports.user_id
    WHERE import_files.is_canary AND import_files.user_pool_id = $1 ORDER BY import_files.id DESC LIMIT 1`,
};

export interface CanaryState {
  email: string;
  state: ImportState;
  reason: string | null;
  /** Whether the person has signed in, which proves that imported hashes work. */
  signedIn: boolean;
}

/** Files of `usher migration import`, and the users in their lines. */
@Injectable()
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly statuses: MigrationStatusRepository,
  ) {}

  /** One import at a time. @returns whether `work` ran; as `Database.exclusively` */
  exclusively(work: (lost: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.database.exclusively(lockKey, work);
  }

  /** @returns whether rows of the source are those of the adopted table, and not copies */
  async isAdopted(): Promise<boolean> {
    const statement = { name: 'imports-is-adopted', text: `SELECT ${adopted} AS adopted` };
    return (await this.database.queryOne<{ adopted: boolean }>(statement))?.adopted ?? false;
  }

  /** Files that are not done, oldest first. */
  openFiles(userPoolId: string): Promise<ImportFile[]> {
    return this.database.with(ImportFile, (files) =>
      files.find({ where: { userPoolId, state: Not('done') }, order: { id: 'ASC' } }),
    );
  }

  findFile(id: number): Promise<ImportFile | null> {
    return this.database.with(ImportFile, (files) => files.findOneBy({ id }));
  }

  allFiles(userPoolId: string): Promise<ImportFile[]> {
    return this.database.with(ImportFile, (files) =>
      files.find({ where: { userPoolId }, order: { id: 'ASC' } }),
    );
  }

  async createFile(
    file: Pick<ImportFile, 'userPoolId' | 'algorithm' | 'jobName' | 'path' | 'isCanary'>,
  ): Promise<ImportFile> {
    return this.database.with(ImportFile, (files) => files.save(files.create({ ...file, state: 'writing' })));
  }

  async updateFile({ id }: Pick<ImportFile, 'id'>, changes: Partial<Omit<ImportFile, 'id'>>): Promise<void> {
    await this.database.with(ImportFile, (files) => files.update({ id }, changes));
  }

  /** Removes a file that no job has read. Its users can be in a later file. */
  async forget({ id }: Pick<ImportFile, 'id'>): Promise<void> {
    await this.database.transaction(async () => {
      const text = 'DELETE FROM usher.imports WHERE file_id = $1';
      await this.database.query({ name: 'imports-forget', patienceMs, text }, [id]);
      await this.database.with(ImportFile, (files) => files.delete({ id }));
    });
  }

  /**
   * Gives the next lines of a file to the candidates that their rows allow, in their order.
   * @param position lines that the file has
   * @returns the others, by position from 1
   */
  claim(
    candidates: readonly Candidate[],
    mode: 'table' | 'copies',
    file: Pick<ImportFile, 'id' | 'rows'> | undefined,
  ): Promise<{ position: number; reason: RowReason }[]> {
    const values: unknown[] = [
      candidates.map(({ legacyId }) => legacyId),
      candidates.map(({ email }) => email),
      candidates.map(({ hashDigest }) => hashDigest),
    ];
    if (file === undefined) return this.database.query(judgements[mode], values);
    return this.database.query(claims[mode], [...values, file.id, file.rows]);
  }

  /**
   * To be called before the job is started: from then on the users of the file may be in the pool.
   * @returns `false` if a user was deleted since the file was written: the file must not be sent
   */
  markSent(file: Pick<ImportFile, 'id'>): Promise<boolean> {
    return this.database.transaction(async () => {
      await this.database.query(markSent, [file.id]);
      await this.updateFile(file, { state: 'started', startedAt: new Date() });
      // After the update: a deletion that commits later waits for the end of the job.
      return (await this.database.query(hasErased, [file.id])).length === 0;
    });
  }

  /** Records the log of a job. Users of `missing` lines can be in a later file. */
  async settle(
    file: Pick<ImportFile, 'id'>,
    { rejected, missing }: { rejected: Rejected[]; missing: number[] },
    end: Pick<ImportFile, 'jobStatus' | 'message'>,
  ): Promise<void> {
    await this.database.transaction(async () => {
      const rows = await this.database.query<{ id: UserId; result: string }>(reject, [
        file.id,
        rejected.map(({ line }) => line),
        rejected.map(({ result }) => result),
        rejected.map(({ text }) => text),
      ]);
      await this.statuses.recordFailures(
        rows.filter(({ result }) => result === 'FAILED').map(({ id }) => id),
        'import_rejected',
      );
      if (missing.length > 0) await this.database.query(release, [file.id, missing]);
      await this.updateFile(file, { ...end, state: 'done', endedAt: new Date() });
    });
  }

  /** To be called after many lines have changed. */
  async analyse(): Promise<void> {
    await this.database.query(analyse);
  }

  async countUnlinked(): Promise<number> {
    return (await this.database.queryOne<{ count: number }>(countUnlinked))?.count ?? 0;
  }

  /** @returns addresses of at most `limit` users who are in the pool and not linked */
  async findUnlinked(limit: number): Promise<string[]> {
    return (await this.database.query<{ email: string }>(findUnlinked, [limit])).map(({ email }) => email);
  }

  /** @returns how many users of the import were among the pool users */
  async link(users: readonly PoolUser[], userPoolId: string): Promise<number> {
    const spellings = users
      .filter(({ emailVerified, status }) => emailVerified && status !== 'UNCONFIRMED')
      .flatMap(({ email, sub }) =>
        email === undefined ? [] : emailSpellings(email).map((text) => ({ text, sub })),
      );
    const values = [spellings.map(({ text }) => text), spellings.map(({ sub }) => sub), userPoolId];
    return (await this.database.queryOne<{ count: number }>(link, values))?.count ?? 0;
  }

  /** @returns the number of users whom the pool does not have under their address */
  giveUpUnlinked(): Promise<number> {
    return this.database.transaction(async () => {
      const rows = await this.database.query<{ id: UserId }>(giveUpUnlinked);
      await this.statuses.recordFailures(
        rows.map(({ id }) => id),
        'import_rejected',
      );
      return rows.length;
    });
  }

  async countStates(): Promise<Partial<Record<ImportState, number>>> {
    const rows = await this.database.query<{ state: ImportState; users: number }>(countStates);
    return Object.fromEntries(rows.map(({ state, users }) => [state, users]));
  }

  findCanary(userPoolId: string): Promise<CanaryState | undefined> {
    return this.database.queryOne<CanaryState>(findCanary, [userPoolId]);
  }

  async *rejects(): AsyncIterable<RejectedUser[]> {
    const limit = 1000;
    let after: UserId | null = null;
    for (;;) {
      const rows: RejectedUser[] = await this.database.query<RejectedUser>(findRejects, [after, limit]);
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
      after = rows.at(-1)?.id ?? null;
    }
  }

  /** Stops what is not done: a file that was not sent is not sent any more. */
  async requestStop(ids: number[]): Promise<void> {
    await this.database.with(ImportFile, (files) => files.update({ id: In(ids) }, { stopRequested: true }));
  }
}
