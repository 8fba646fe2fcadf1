import type { UserId } from '#contracts';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { mayHaveSucceeded } from '../cognito/cognito-errors.js';
import { failureReason } from '../jobs/queue-worker.js';
import { QueueWorker } from '../jobs/queue-worker.js';
import { Log } from '../common/logging/log.js';
import { Outbox } from '../mail/outbox.js';
import type { Language } from '../i18n/languages.js';
import { AuditLog } from './audit-log.js';
import { type MfaChange, MfaChangesRepository, type NewMfaChange } from './mfa-changes.repository.js';
import { UsersRepository } from './users.repository.js';
import { PoolUserGateway } from './pool-user.gateway.js';
import { adminRole, mayDo } from './roles.js';
import { UserEvents } from './user-events.js';
import type { LocalUser } from './user.js';

export type { MfaChange } from './mfa-changes.repository.js';

/** Poll interval in milliseconds, for changes left behind by other processes and for retries. */
const pollMs = 5000;

const mails = {
  'enable-totp': 'mfa_enabled',
  'replace-totp': 'mfa_enabled',
  'disable-totp': 'mfa_removed',
  'remove-mfa': 'mfa_removed',
} as const;

/**
 * Changes second factors at Cognito. A record in the database, written before the command is sent, makes sure that the audit
 * entry, the mail and the revocation of other sessions follow, also after a crash.
 */
@Injectable()
export class MfaChanges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: QueueWorker<MfaChange>;
  /** Changes that Cognito accepted and whose completion failed, by ID. */
  private readonly accepted = new Set<string>();

  constructor(
    private readonly changes: MfaChangesRepository,
    private readonly users: UsersRepository,
    private readonly pool: PoolUserGateway,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
    private readonly events: UserEvents,
    private readonly log: Log,
  ) {
    const job = {
      pollMs,
      take: (count: number) => this.changes.take(count),
      takeFailed: 'failed to read due changes of second factors',
      work: (change: MfaChange) => this.resume(change),
      failure: ({ id, userId: user }: MfaChange) => ({
        message: 'failed to remove second factors',
        id,
        user,
      }),
      recordError: (change: MfaChange, reason: string) => this.changes.recordError(change, reason),
    };
    this.worker = new QueueWorker(job, log);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }

  /**
   * Resolves once Cognito has made the change, even if the database is unavailable by then: the follow-ups are retried.
   * @param send sends the command that takes effect
   * @param finish sends what must follow; if it fails, the change counts as made
   * @throws AppError `overloaded` before a command is sent; what `send` and `finish` throw
   */
  async make(
    change: NewMfaChange,
    send: () => Promise<unknown>,
    finish?: () => Promise<void>,
  ): Promise<void> {
    const record = await this.changes.insert(change);
    try {
      await send();
    } catch (error) {
      if (!mayHaveSucceeded(error)) await this.drop(record);
      throw error;
    }
    try {
      await finish?.();
    } catch (error) {
      await this.tryComplete(record, false);
      throw error;
    }
    await this.tryComplete(record, true);
  }

  /**
   * Records a change that Cognito has made already. Errors are logged.
   * @param endsRemovals whether unfinished removals are known to have taken effect before
   */
  async recordMade(change: NewMfaChange, endsRemovals: boolean): Promise<void> {
    try {
      if (endsRemovals) await this.finishRemovals(await this.findUnfinishedRemovals(change.userId));
      await this.complete(await this.changes.insert(change), true);
    } catch (error) {
      this.log.error('failed to record a change of the second factor', { user: change.userId, error });
    }
  }

  /** Runs in the current transaction; `remove` comes after it. */
  insertRemoval(userId: UserId, actorId: UserId, language: Language): Promise<MfaChange> {
    const none = { keep: null, authTime: null, details: {} };
    return this.changes.insert({ action: 'remove-mfa', userId, actorId, language, ...none });
  }

  /**
   * Uses up an administrator's permission, if there is one that has not expired and that the administrator could still
   * give. Runs in the current transaction.
   * @returns the removal, for `tryRemove` after the transaction
   */
  async useRemovalPermission(user: LocalUser, language: Language): Promise<MfaChange | undefined> {
    const allowedBy = await this.changes.useRemoval(user.id);
    if (allowedBy === undefined || !(await this.mayAllow(allowedBy, user.id))) return undefined;
    await this.audit.record(user, 'remove-mfa', user, { at: 'reset', allowedBy });
    return this.insertRemoval(user.id, user.id, language);
  }

  findUnfinishedRemovals(userId: UserId): Promise<MfaChange[]> {
    return this.changes.findRemovals(userId);
  }

  /**
   * For a user without factors, before one is set up: the removals have taken effect, and another try would remove the new
   * factor. Errors are logged.
   * @param removals newest first
   */
  async finishRemovals(removals: MfaChange[]): Promise<void> {
    for (const removal of removals) await this.tryComplete(removal, true, false);
  }

  /** @throws AppError what `UserDirectory.removeFactors` throws; the removal is retried later */
  async remove(change: MfaChange): Promise<void> {
    const user = await this.users.find(change.userId);
    if (user?.erasure === null) await this.pool.removeFactors(user);
    await this.tryComplete(change, true);
  }

  /** Like `remove`, but logs errors. */
  async tryRemove(change: MfaChange): Promise<void> {
    try {
      await this.remove(change);
    } catch (error) {
      await this.worker.fail(change, error);
    }
  }

  /**
   * Follow-ups of a change. They take effect once per change, even if several processes try.
   * @param isCertain whether Cognito is known to have made the change; if not, mail and audit entry say so
   */
  private async complete(change: MfaChange, isCertain: boolean): Promise<void> {
    const { id, userId, action, language } = change;
    await this.changes.transaction(async () => {
      if (!(await this.changes.remove(id))) return;
      // A retry of an earlier removal would remove factors that the user has set up since.
      if (action === 'remove-mfa') await this.changes.removeEarlierRemovals(change);
      const user = await this.users.find(userId);
      if (user?.erasure !== null) return;
      const mail = isCertain ? mails[action] : 'mfa_may_have_changed';
      await this.outbox.post({ to: user.email, mail, language, values: {} });
      // Removals are audited, and sessions revoked, where they are requested.
      if (action === 'remove-mfa') return;
      const details = isCertain ? change.details : { ...change.details, outcome: 'unknown' };
      await this.audit.record({ id: change.actorId }, action, user, details);
      // Without a token family the sign-in that set up the app cannot be told from other sessions.
      if (change.keep === null && change.details.during === 'sign-in') return;
      await this.events.publish('mfa-changed', user, {
        originJti: change.keep ?? undefined,
        authTime: change.authTime ?? undefined,
        askedAt: change.createdAt,
      });
    });
  }

  /** Checks again, because both users' roles may have changed since the permission was given. */
  private async mayAllow(adminId: UserId, userId: UserId): Promise<boolean> {
    const [admin, user] = [await this.users.find(adminId), await this.users.find(userId)];
    return (
      admin !== null &&
      mayDo(admin, 'users.mfa') &&
      (admin.roles.includes(adminRole) || user?.roles.includes(adminRole) === false)
    );
  }

  /** @param isLeased whether this process has leased the change, and so may record the error */
  private async tryComplete(change: MfaChange, isCertain: boolean, isLeased = true): Promise<void> {
    try {
      await this.complete(change, isCertain);
      this.accepted.delete(change.id);
    } catch (error) {
      if (isCertain) this.accepted.add(change.id);
      this.log.error('failed to complete a change of the second factor', { id: change.id, error });
      // The change is retried with or without its reason.
      if (isLeased) await this.changes.recordError(change, failureReason(error)).catch(() => undefined);
    }
  }

  private async drop({ id }: MfaChange): Promise<void> {
    try {
      await this.changes.remove(id);
    } catch (error) {
      this.log.error('failed to delete a refused change of the second factor', { id, error });
    }
  }

  private async resume(change: MfaChange): Promise<void> {
    const isAccepted = this.accepted.has(change.id);
    if (change.action === 'remove-mfa' && !isAccepted) await this.remove(change);
    else await this.tryComplete(change, isAccepted);
  }
}
