import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CognitoClock } from '../../cognito/cognito-clock.js';
import { type PoolUser, UserDirectory } from '../../cognito/user-directory.js';
import { QueueWorker } from '../../jobs/queue-worker.js';
import { Clock } from '../../common/clock/clock.js';
import { isAppError } from '../../common/errors/app-error.js';
import { Log } from '../../common/logging/log.js';
import {
  type PasswordChange,
  PasswordChangesRepository,
  type LeasedPasswordChange,
} from '../persistence/password-changes.repository.js';
import { PasswordChangedHandler } from './password-changed.handler.js';

/** Poll interval in milliseconds, for changes left behind by other processes and for retries. */
const pollMs = 5000;

/**
 * Completes password changes. After a crash, or if Cognito's response was lost, the pool user is read to infer the
 * outcome. Runs in every process; a lease gives each change to one process at a time. Every step can be retried.
 */
@Injectable()
export class PasswordChangeCompletionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: QueueWorker<LeasedPasswordChange>;
  /** Writes of Cognito's results that failed, by ID of the change; retried in each round. */
  private readonly failedWrites = new Map<string, () => Promise<void>>();

  constructor(
    private readonly changes: PasswordChangesRepository,
    private readonly handler: PasswordChangedHandler,
    private readonly directory: UserDirectory,
    private readonly clock: Clock,
    private readonly cognitoClock: CognitoClock,
    private readonly log: Log,
  ) {
    const job = {
      pollMs,
      take: (count: number) => this.take(count),
      takeFailed: 'failed to read due password changes',
      work: (leased: LeasedPasswordChange) => this.resume(leased),
      failure: ({ id, kind }: LeasedPasswordChange) => ({
        message: 'failed to complete a password change; will retry',
        id,
        kind,
      }),
      recordError: (leased: LeasedPasswordChange, reason: string) => this.changes.recordError(leased, reason),
    };
    this.worker = new QueueWorker(job, log);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }

  wake(): void {
    this.worker.wake();
  }

  /**
   * Completes a change that Cognito accepted. Never throws; steps that fail are retried. The sign-out at Cognito comes
   * first, even if the database is unavailable: a later one would also revoke the sessions created since.
   * @param findSub finds the owner's `sub` if the record has none
   */
  async finish(change: PasswordChange, findSub?: (email: string) => Promise<string | null>): Promise<void> {
    const acceptedAt = this.clock.elapsed();
    const isSignedOut = await this.trySignOutAtCognito(change, change.sub);
    await this.writeOrRetry(change, async () => {
      await this.changes.accept(change.id, (this.clock.elapsed() - acceptedAt) / 1000);
      const sub = change.sub ?? (await findSub?.(change.email)) ?? null;
      await this.handler.handle({ ...change, sub }, true, acceptedAt);
      if (isSignedOut) await this.changes.remove(change.id);
    });
  }

  /** Deletes a change that Cognito refused. Never throws; a failed deletion is retried. */
  async drop({ id }: PasswordChange): Promise<void> {
    await this.writeOrRetry({ id }, () => this.changes.remove(id));
  }

  private async writeOrRetry({ id }: Pick<PasswordChange, 'id'>, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.failedWrites.delete(id);
    } catch (error) {
      this.failedWrites.set(id, write);
      this.log.error('failed to record password change result', { id, error });
    }
  }

  private async take(count: number): Promise<LeasedPasswordChange[]> {
    for (const [id, write] of this.failedWrites) await this.writeOrRetry({ id }, write);
    return this.changes.take(count);
  }

  private async resume(leased: LeasedPasswordChange): Promise<void> {
    if (this.failedWrites.has(leased.id)) return;
    if (leased.completed) await this.signOutAtCognito(leased, leased.sub);
    else await this.decide(leased);
  }

  private async decide(leased: LeasedPasswordChange): Promise<void> {
    const { wasRead, poolUser } = await this.readPoolUser(leased.username);
    const { acceptedSecondsAgo } = leased;
    const known = acceptedSecondsAgo === null ? undefined : 'done';
    const outcome = known ?? (wasRead ? detectOutcome(leased, poolUser) : 'unknown');
    if (outcome === 'not_done') return this.changes.remove(leased.id);
    const change = { ...leased, sub: leased.sub ?? poolUser?.sub ?? null };
    const acceptedAt =
      acceptedSecondsAgo === null
        ? poolUser && this.elapsedAt(poolUser.modifiedAt)
        : this.clock.elapsed() - acceptedSecondsAgo * 1000;
    const sub = await this.handler.handle(change, outcome === 'done', acceptedAt);
    await this.signOutAtCognito(change, sub);
  }

  /** @returns whether it succeeded; if not, a later round retries it */
  private async trySignOutAtCognito(change: PasswordChange, sub: string | null): Promise<boolean> {
    try {
      await this.revokeAtCognito(change, sub);
      return true;
    } catch (error) {
      this.log.warn('failed to revoke sessions of other products at Cognito', { id: change.id, error });
      return false;
    }
  }

  private async signOutAtCognito(change: PasswordChange, sub: string | null): Promise<void> {
    await this.revokeAtCognito(change, sub);
    await this.changes.remove(change.id);
  }

  /** Only after a reset: a change keeps the caller's session, and AdminUserGlobalSignOut revokes all of them. */
  private async revokeAtCognito({ kind }: PasswordChange, sub: string | null): Promise<void> {
    if (kind === 'reset' && sub !== null)
      await ignoreIfImpossible(() => this.directory.signOutEverywhere(sub));
  }

  /** Converts a time of Cognito's clock to `Clock.elapsed`, about 1 second late so that no earlier session is kept. */
  private elapsedAt(time: Date): number | undefined {
    const now = this.cognitoClock.earliest();
    return now === undefined ? undefined : this.clock.elapsed() - Math.max(0, now - time.getTime());
  }

  private async readPoolUser(username: string) {
    try {
      return { wasRead: true, poolUser: await this.directory.find(username) };
    } catch (error) {
      if (isAppError(error, 'cognito.credentials_missing')) return { wasRead: false, poolUser: undefined };
      throw error;
    }
  }
}

/**
 * Infers the outcome of a change whose response from Cognito was lost. A reset sets `CONFIRMED` from any other status and updates
 * `UserLastModifiedDate`, which other updates of the user change as well. A change requires a `CONFIRMED` user.
 * @param poolUser the current pool user, `undefined` if there is none
 */
export function detectOutcome(
  { poolStatus, poolModifiedAt }: Pick<PasswordChange, 'poolStatus' | 'poolModifiedAt'>,
  poolUser: Pick<PoolUser, 'status' | 'modifiedAt'> | undefined,
): 'done' | 'not_done' | 'unknown' {
  if (poolUser?.status !== 'CONFIRMED') return 'not_done';
  if (poolStatus === null || poolModifiedAt === null) return 'unknown';
  if (poolStatus !== 'CONFIRMED') return 'done';
  return poolUser.modifiedAt > poolModifiedAt ? 'unknown' : 'not_done';
}

async function ignoreIfImpossible(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isAppError(error, 'cognito.credentials_missing', 'request.not_found')) throw error;
  }
}
