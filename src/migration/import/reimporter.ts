import { Injectable } from '@nestjs/common';
import { type PoolUserDetails, UserDirectory } from '../../cognito/user-directory.js';
import { isAppError } from '../../common/errors/app-error.js';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import { type ChangedUser, ImportDrift } from '../persistence/import-drift.repository.js';
import { readAll, type Scannable } from '../plan/address-duplicates.js';
import { type JudgeOptions, type Judgement, judgeRow } from '../plan/judge-row.js';

/** Users of the source that one statement compares. */
const batchSize = 1000;

/** A user whose hash has changed at the source, and who is not imported again. */
export interface NotReimported {
  /** Of the source. */
  id: string;
  email: string;
  /** A finding of the plan, or what the pool user has: see `limitOf`. */
  reason: string;
  /** Whether Cognito has mailed a code. The imported password does not work any more. */
  reset: boolean;
}

export interface ReimportResult {
  /** Pool users who were deleted, so that the users are imported again; with `dryRun` those who would be. */
  deleted: number;
  left: NotReimported[];
}

export interface ReimportOptions {
  source: Scannable;
  judge: JudgeOptions;
  /** Marks changed users among users of a read-only source; `undefined` for an adopted table. */
  compare: ((users: readonly LegacyUser[]) => Promise<void>) | undefined;
  dryRun: boolean;
  /** Aborts when the lock is lost. */
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Deletes the pool users of imported users whose hash has changed at the source, so that the import sends them again, within the limits
 * of `limitOf`. All others get a reset. One user after the other, so that other users of the account's quotas are not throttled.
 */
@Injectable()
export class Reimporter {
  constructor(
    private readonly drift: ImportDrift,
    private readonly directory: UserDirectory,
  ) {}

  /** For an adopted table, whose hashes change without a sync. */
  compareTable(): Promise<void> {
    return this.drift.compareTable();
  }

  async countChanged(): Promise<number> {
    return (await this.drift.count()).changed;
  }

  /** Users of a run that was killed: without a pool user they can be imported, with one they are linked again. */
  async finishBegun(): Promise<void> {
    for (const user of await this.drift.findUnfinished()) {
      if (await this.directory.findExactly(user.sub)) await this.drift.restore(user.userId);
      else await this.drift.forget(user);
    }
  }

  async run(options: ReimportOptions): Promise<ReimportResult> {
    const result: ReimportResult = { deleted: 0, left: [] };
    // Before the first request to Cognito: the source may not wait long for its reader.
    const found = await this.findChanged(options);
    for (const [index, { changed, judgement }] of found.entries()) {
      options.signal.throwIfAborted();
      await this.handle(changed, judgement, options, result);
      options.onProgress(`handled ${index + 1} of ${found.length} changed passwords`);
    }
    return result;
  }

  private async findChanged({ source, compare, judge, onProgress, signal }: ReimportOptions) {
    if (!compare) await this.drift.compareTable();
    const found: { changed: ChangedUser; judgement: Judgement }[] = [];
    let rows = 0;
    for await (const users of batchesOf(source)) {
      signal.throwIfAborted();
      await compare?.(users);
      const byId = new Map(users.map((user) => [user.id, user]));
      for (const changed of await this.drift.find([...byId.keys()], compare ? 'copies' : 'table')) {
        const user = byId.get(changed.legacyId);
        if (user) found.push({ changed, judgement: judgeRow(user, judge) });
      }
      onProgress(`looked for changed passwords among ${(rows += users.length)} users`);
    }
    return found;
  }

  private async handle(
    changed: ChangedUser,
    { way, findings }: Judgement,
    { dryRun }: ReimportOptions,
    result: ReimportResult,
  ): Promise<void> {
    const poolUser = await this.directory.findExactly(changed.sub);
    let reason = changed.disabled ? 'blocked' : undefined;
    // Without a usable hash and an address of their own, people could not sign in after a deletion.
    if (way === 'blocked' || way === 'reset') reason ??= findings[0] ?? way;
    if (changed.shared) reason ??= 'address_duplicate';
    reason ??= await this.limitOf(poolUser, changed);
    if (reason === undefined && !dryRun) reason = await this.delete(changed);
    if (reason === undefined) result.deleted += 1;
    if (reason === undefined || reason === 'signed_in') return;
    const mayReset = way !== 'blocked' && !changed.disabled && !dryRun;
    const reset = mayReset && (await this.reset(poolUser));
    if (!dryRun) await this.drift.recordRefusal(changed.userId, reason, reset);
    result.left.push({ id: changed.legacyId, email: changed.email, reason, reset });
  }

  /**
   * The limits of a deletion: the pool user is that of the import, and was not used or changed since.
   * @returns the one that the pool user exceeds
   */
  private async limitOf(
    poolUser: PoolUserDetails | undefined,
    { sub }: Pick<ChangedUser, 'sub'>,
  ): Promise<string | undefined> {
    if (poolUser === undefined) return 'not_in_pool';
    const { createdAt, modifiedAt, status, enabled } = poolUser;
    if (poolUser.sub !== sub) return 'other_pool_user';
    if (!enabled) return 'disabled_in_pool';
    if (poolUser.hasSecondFactor) return 'second_factor';
    if (await this.directory.isInGroup(poolUser.username)) return 'in_group';
    if (status !== 'CONFIRMED' || modifiedAt.getTime() !== createdAt.getTime()) return 'modified';
    return undefined;
  }

  /**
   * Unlinks first: a user whose pool user is gone then migrates at a sign-in, also if this process is killed here. The limits are checked
   * again after it, immediately before the deletion.
   * @returns why the pool user was not deleted
   */
  private async delete(changed: ChangedUser): Promise<string | undefined> {
    if (!(await this.drift.unlink(changed))) return 'signed_in';
    const poolUser = await this.directory.findExactly(changed.sub);
    let reason = await this.limitOf(poolUser, changed);
    if (!(await this.drift.isUnlinked(changed))) reason ??= 'signed_in';
    if (poolUser !== undefined && reason !== undefined) {
      await this.drift.restore(changed.userId);
      return reason;
    }
    if (poolUser) await this.directory.delete(poolUser.username);
    await this.drift.forget(changed);
    return undefined;
  }

  /** @returns whether the pool user waits for a reset now */
  private async reset(poolUser: PoolUserDetails | undefined): Promise<boolean> {
    if (!poolUser?.enabled) return false;
    // Of a run that was killed before it recorded the reset, or of somebody else.
    if (poolUser.status === 'RESET_REQUIRED') return true;
    if (poolUser.status !== 'CONFIRMED') return false;
    try {
      await this.directory.resetPassword(poolUser.username);
      return true;
    } catch (error) {
      if (isAppError(error, 'passwords.reset_not_started', 'request.not_found')) return false;
      throw error;
    }
  }
}

async function* batchesOf(source: Scannable): AsyncIterable<LegacyUser[]> {
  let batch: LegacyUser[] = [];
  for await (const { users } of readAll(source)) {
    batch.push(...users);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
