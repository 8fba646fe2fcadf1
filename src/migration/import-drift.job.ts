import type { UserId } from '#contracts';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { Clock } from '../common/clock/clock.js';
import { Database, type Statement } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { LeasedQueue } from '../jobs/leased-queue.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import { QueueWorker } from '../jobs/queue-worker.js';
import { AuditLog } from '../users/audit-log.js';
import { isImport } from '../users/imported-users.sql.js';
import { ImportDrift } from './persistence/import-drift.repository.js';
import { ImportBlock, type ImportBlockState } from './persistence/imports.entities.js';

interface DueBlock {
  [column: string]: unknown;
  id: UserId;
  state: ImportBlockState;
  wasEnabled: boolean | null;
  /** `null`: the row is not linked any more. */
  sub: string | null;
  /** By an administrator. */
  disabled: boolean;
  /** Attempts, including this one. */
  tries: number;
}

/** Imported users whose pool user is to be disabled, or enabled again. */
export const importBlocksQueue = new LeasedQueue<DueBlock>({
  table: 'import_blocks',
  key: 'user_id',
  columns: `job.user_id AS id, job.state, was_enabled AS "wasEnabled", tries,
    (SELECT cognito_sub FROM users WHERE users.id = job.user_id) AS sub,
    coalesce((SELECT usher_disabled_at IS NOT NULL FROM users WHERE users.id = job.user_id), true) AS disabled`,
  requestedAt: 'requested_at',
  only: `job.state IN ('disabling', 'enabling')`,
});

/** Milliseconds between looks, each of which reads the imported people. One that takes long is made less often. */
const lookMs = 5000;

/** The largest share of the time that a look takes. */
const largestShare = 0.1;

/** Milliseconds between polls for pool users to disable. */
const pollMs = 5000;

/** Pool users that one process changes at the same time; 25 such requests a second is the quota of an account ("UserUpdate"). */
const batchSize = 3;

/** Must be the same in all versions ("block" and "drift" on a phone keypad). */
const lockKeys = { blocks: 25_625, hashes: 37_438 };

/** For statements that read all imported users. */
const patienceMs = 600_000;

/** An attempt that runs keeps its lease; a back-off ends. */
const dueNow = `tries = 0, requested_at = now(),
  next_try_at = CASE WHEN import_blocks.leased_until > now() THEN import_blocks.next_try_at ELSE now() END`;

const requestDisabling: Statement = {
  name: 'import-blocks-request-disabling',
  patienceMs,
  text: `
    INSERT INTO usher.import_blocks (user_id)
    SELECT users.id FROM usher.imports JOIN users ON ${isImport}
    WHERE usher.is_blocked(users.*)
      AND NOT EXISTS (SELECT 1 FROM usher.import_blocks AS known WHERE known.user_id = users.id AND known.state <> 'enabling')
    ON CONFLICT (user_id) DO UPDATE SET state = 'disabling', ${dueNow} WHERE import_blocks.state = 'enabling'
    RETURNING user_id`,
};

const requestEnabling: Statement = {
  name: 'import-blocks-request-enabling',
  patienceMs,
  text: `
    UPDATE usher.import_blocks SET state = 'enabling', ${dueNow}
    FROM users WHERE users.id = import_blocks.user_id AND import_blocks.state <> 'enabling' AND NOT usher.is_blocked(users.*)
    RETURNING user_id`,
};

/** Deletions of users delete the pool user, and rows without a link have none. */
const removeObsolete: Statement = {
  name: 'import-blocks-remove-obsolete',
  patienceMs,
  text: `
    DELETE FROM usher.import_blocks WHERE NOT EXISTS (
      SELECT 1 FROM users WHERE users.id = import_blocks.user_id AND cognito_sub IS NOT NULL AND usher_erased_at IS NULL)`,
};

/**
 * Looks for what the source changes after an import: blocks a person, which Cognito does not know, or changes a hash. The pool user of a
 * blocked person is disabled within a minute; one that the job has disabled is enabled again when the block is lifted. Runs in every
 * process; a lock lets one look, and a lease gives each person to one.
 */
@Injectable()
export class ImportDriftJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Apart, because comparing millions of hashes takes longer than a minute. */
  private readonly looks = [
    this.looking(lockKeys.blocks, () => this.findBlocks()),
    this.looking(lockKeys.hashes, () => this.drift.compareTable(() => this.stopping)),
  ];
  private readonly worker: QueueWorker<DueBlock>;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly drift: ImportDrift,
    private readonly directory: UserDirectory,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    const job = {
      pollMs,
      batchSize,
      take: (count: number) => importBlocksQueue.take(this.database, count),
      takeFailed: 'failed to read imported users whom the legacy application has blocked',
      work: (due: DueBlock) => (due.state === 'disabling' ? this.disable(due) : this.enable(due)),
      failure: ({ id: user }: DueBlock, isPersistent: boolean) =>
        isPersistent
          ? {
              message: 'failed to change the pool user of a blocked user',
              alarm: 'imports.block_stuck',
              user,
            }
          : { message: 'failed to change the pool user of a blocked user; retrying', user },
      recordError: ({ id: key, tries }: DueBlock, reason: string) =>
        importBlocksQueue.recordError(this.database, { key, tries }, reason),
    };
    this.worker = new QueueWorker(job, log);
  }

  onApplicationBootstrap(): void {
    for (const look of this.looks) look.start();
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.looks, this.worker].map((work) => work.stop()));
  }

  /** In one process at a time. */
  private looking(lockKey: number, look: () => Promise<void>): PollingWorker {
    let due = 0;
    return new PollingWorker(async () => {
      const began = this.clock.elapsed();
      if (began < due) return false;
      try {
        await this.database.exclusively(lockKey, look);
      } catch (error) {
        this.log.warn('failed to look for changes after the import', { error });
      }
      const now = this.clock.elapsed();
      due = now + (now - began) / largestShare - lookMs;
      return false;
    }, lookMs);
  }

  private async findBlocks(): Promise<void> {
    await this.database.query(removeObsolete);
    const blocked = await this.database.query(requestDisabling);
    const lifted = await this.database.query(requestEnabling);
    if (blocked.length + lifted.length > 0) this.worker.wake();
  }

  /** Records first that the pool user was enabled: an attempt after a crash finds it disabled. */
  private async disable({ id, sub, wasEnabled }: DueBlock): Promise<void> {
    const user = sub === null ? undefined : await this.directory.findExactly(sub);
    if (user === undefined) return this.remove(id);
    const isOurs = wasEnabled ?? user.enabled;
    if (!(await this.update(id, { wasEnabled: isOurs }))) return;
    if (isOurs) await this.directory.disable(user.username);
    await this.database.transaction(async () => {
      if (isOurs) await this.audit.record('usher', 'disable', { id }, { reason: 'blocked_after_import' });
      await this.update(id, { state: isOurs ? 'disabled' : 'left', leasedUntil: null, lastError: null });
    });
  }

  /** Not if somebody else had disabled the pool user, or an administrator has disabled the row since. */
  private async enable({ id, sub, wasEnabled, disabled }: DueBlock): Promise<void> {
    const user = sub === null ? undefined : await this.directory.findExactly(sub);
    const isOurs = user !== undefined && wasEnabled === true && !disabled;
    if (isOurs) await this.directory.enable(user.username);
    await this.database.transaction(async () => {
      if (isOurs) await this.audit.record('usher', 'enable', { id }, { reason: 'unblocked_after_import' });
      await this.remove(id);
    });
  }

  /** @returns `false` if the block was lifted since */
  private async update(id: UserId, values: Partial<ImportBlock>): Promise<boolean> {
    const due = { userId: id, state: 'disabling' as const };
    const { affected } = await this.database.with(ImportBlock, (blocks) => blocks.update(due, values));
    return affected === 1;
  }

  private async remove(id: UserId): Promise<void> {
    await this.database.with(ImportBlock, (blocks) => blocks.delete({ userId: id }));
  }
}
