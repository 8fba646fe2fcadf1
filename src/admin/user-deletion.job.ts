import type { UserId } from '#contracts';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LeasedQueue } from '../jobs/leased-queue.js';
import { QueueWorker } from '../jobs/queue-worker.js';
import { Database, type Statement } from '../common/database/database.js';
import { emailDigest, emailExpression } from '../common/database/email-expression.js';
import { Log } from '../common/logging/log.js';
import { AuditLog } from '../users/audit-log.js';
import { Invitation } from '../users/invitation.entity.js';
import { User } from '../users/user.entity.js';
import type { LocalUser } from '../users/user.js';
import { nowForRails } from '../users/user-lookup.sql.js';
import { Erasure } from './erasure.entity.js';
import { ConfirmationEntity } from '../users/confirmation.entities.js';
import { PoolUserGateway } from '../users/pool-user.gateway.js';
import { UserEvents } from '../users/user-events.js';

interface DueDeletion extends Pick<LocalUser, 'id' | 'sub' | 'email'> {
  /** Attempts, including this one. */
  tries: number;
}

/** Deletions of users that are not finished. The old application may delete the row of a user itself. */
export const deletionsQueue = new LeasedQueue<DueDeletion>({
  table: 'erasures',
  key: 'user_id',
  columns: `job.user_id AS id, tries, (SELECT cognito_sub FROM users WHERE users.id = job.user_id) AS sub,
    (SELECT email FROM users WHERE users.id = job.user_id) AS email`,
  requestedAt: 'requested_at',
  // Cognito may import a user after a delete that found none.
  only: `EXISTS (SELECT 1 FROM users WHERE users.id = job.user_id)
    AND NOT EXISTS (SELECT 1 FROM usher.imports WHERE imports.user_id = job.user_id AND imports.state = 'import_sent')`,
});

/** Milliseconds between polls for deletions that other processes requested, and for retries. */
const pollMs = 10_000;

/** A digest would refuse the address to the owner of the live row. */
const isSharedWithLiveRow = `EXISTS (SELECT 1 FROM users AS other
  WHERE ${emailExpression('other.email')} = ${emailExpression('users.email')} AND other.id <> users.id
    AND other.usher_erased_at IS NULL AND NOT usher.is_blocked(other.*))`;

/** Removes hash, tokens and roles at once. The caller disables the user. */
const mark: Statement = {
  name: 'erasures-mark',
  text: `
    UPDATE users SET
      usher_erased_at = now(),
      usher_erased_email = CASE WHEN NOT ${isSharedWithLiveRow} THEN ${emailDigest('email')} END,
      {authentication_hash: authentication_hash = NULL,} {reset_password_token: reset_password_token = NULL,}
      {confirmation_token: confirmation_token = NULL,} {unlock_token: unlock_token = NULL,} {updated_at: updated_at = ${nowForRails},}
      encrypted_password = '', usher_legacy_digest = NULL, usher_legacy_format = NULL,
      {unconfirmed_email} = NULL, usher_roles = '{}'
    WHERE id = $1`,
};

/** After a recent approval Cognito may create the pool user after a delete that found none, so the deletion waits 30 seconds. */
const insert: Statement = {
  name: 'erasures-request',
  text: `
    INSERT INTO usher.erasures (user_id, next_try_at)
    SELECT id, CASE WHEN usher_agreed_at > now() - interval '30 seconds' AND cognito_sub IS NULL
      THEN now() + interval '30 seconds' ELSE now() END
    FROM users WHERE id = $1`,
};

/** In entries about the user, and in entries with the user as actor. */
export const removeAuditAddresses: Statement = {
  name: 'erasures-forget-audit-addresses',
  text: `UPDATE usher.audit SET address = NULL WHERE (user_id = $1 OR actor_id = $1) AND address IS NOT NULL`,
};

/**
 * Deletes users: the row is refused at once, then the pool user is deleted, with retries, then the personal data of the row. Runs in
 * every process, with one lease per deletion. Every step can be repeated.
 */
@Injectable()
export class UserDeletionJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: QueueWorker<DueDeletion>;

  constructor(
    private readonly database: Database,
    private readonly pool: PoolUserGateway,
    private readonly audit: AuditLog,
    private readonly events: UserEvents,
    log: Log,
  ) {
    const job = {
      pollMs,
      take: (count: number) => deletionsQueue.take(this.database, count),
      takeFailed: 'failed to read due deletions of users',
      work: (due: DueDeletion) => this.delete(due),
      failure: ({ id: user }: DueDeletion, isPersistent: boolean) =>
        isPersistent
          ? { message: 'failed to delete a user', alarm: 'users.erasure_stuck', user }
          : { message: 'failed to delete a user; retrying', user },
      recordError: ({ id: key, tries }: DueDeletion, reason: string) =>
        deletionsQueue.recordError(this.database, { key, tries }, reason),
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
   * Runs in the current transaction; call `wake` after it. From the commit on, the user and the address are refused, and mailed links
   * are void.
   */
  async request(user: User): Promise<void> {
    for (const statement of [mark, insert]) await this.database.query(statement, [user.id]);
    const ofUser = { userId: user.id };
    await this.database.with(ConfirmationEntity, (confirmations) => confirmations.delete(ofUser));
    await this.database.with(Invitation, (invitations) => invitations.delete(ofUser));
    await this.events.publish('erased', user);
  }

  wake(): void {
    this.worker.wake();
  }

  private async delete({ id, sub, email }: DueDeletion): Promise<void> {
    await this.pool.delete({ id, sub, email });
    await this.database.transaction(() => this.finish(id));
  }

  /** Leaves the row with its `sub` and the digest of the address. */
  private async finish(id: UserId): Promise<void> {
    await this.database.with(User, (users) => users.update({ id }, stripped(id)));
    await this.database.query(removeAuditAddresses, [id]);
    await this.database.with(Erasure, (erasures) => erasures.delete({ userId: id }));
    await this.audit.record('usher', 'finish-erasure', { id });
  }
}

/** RFC 2606 reserves `.invalid`. */
const stripped = (id: UserId) => ({
  email: `erased-${id}@erased.invalid`,
  firstName: null,
  lastName: null,
  currentSignInAddress: null,
  lastSignInAddress: null,
  profile: {},
});
