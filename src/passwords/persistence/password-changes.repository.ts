import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database, type Statement } from '../../common/database/database.js';
import { LeasedQueue } from '../../jobs/leased-queue.js';
import { PasswordChangeEntity } from './password-change.entity.js';

/** A password change to be sent to Cognito. */
export type NewPasswordChange = Omit<
  PasswordChangeEntity,
  'id' | 'createdAt' | 'acceptedAt' | 'completedAt' | 'nextTryAt' | 'tries' | 'lastError' | 'leasedUntil'
>;

export type PasswordChange = NewPasswordChange & Pick<PasswordChangeEntity, 'id' | 'createdAt'>;

/** A change leased to this process. */
export interface LeasedPasswordChange extends PasswordChange {
  /** Completed in the database; sessions of other products may still have to be revoked at Cognito. */
  completed: boolean;
  /** Seconds since Cognito accepted the password; `null` if its response is unknown. */
  acceptedSecondsAgo: number | null;
  /** Attempts, including this one. */
  tries: number;
}

export const passwordChangesQueue = new LeasedQueue<LeasedPasswordChange>({
  table: 'password_changes',
  key: 'id',
  columns: `
    id, kind, username, email, sub, kept_family AS keep, authenticated_at::float8 AS "authTime", language,
    pool_status AS "poolStatus", pool_modified_at AS "poolModifiedAt", completed_at IS NOT NULL AS completed, tries,
    remove_mfa AS "removeMfa",
    extract(epoch FROM now() - accepted_at)::float8 AS "acceptedSecondsAgo",
    created_at AS "createdAt"`,
  requestedAt: 'created_at',
});

/** The completed change supersedes the user's earlier attempts that are not completed. */
const removeEarlier: Statement = {
  name: 'password-changes-remove-earlier',
  text: `
    DELETE FROM usher.password_changes AS earlier USING usher.password_changes AS done
    WHERE done.id = $1 AND earlier.completed_at IS NULL AND earlier.created_at < done.created_at
      AND (earlier.sub = done.sub OR (earlier.sub IS NULL AND earlier.username = done.username))`,
};

/** Password changes that are not finished. */
@Injectable()
export class PasswordChangesRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /**
   * Inserts a change, leased to this process for 1 minute: longer than the longest timeout for Cognito, so that no other process takes a
   * change in flight.
   * @returns the stored change
   */
  async insert(change: NewPasswordChange): Promise<PasswordChange> {
    const nextTryAt = () => `now() + interval '1 minute'`;
    const row = { ...change, id: randomUUID(), nextTryAt, leasedUntil: nextTryAt };
    const { generatedMaps } = await this.database.with(PasswordChangeEntity, (changes) =>
      changes.insert(row),
    );
    const { createdAt } = generatedMaps[0] as Pick<PasswordChange, 'createdAt'>;
    return { ...change, id: row.id, createdAt };
  }

  /** Records that Cognito accepted the password. */
  async accept(id: string, secondsAgo: number): Promise<void> {
    const acceptedAt = () => `now() - interval '1 second' * ${Number(secondsAgo)}`;
    await this.database.with(PasswordChangeEntity, (changes) => changes.update({ id }, { acceptedAt }));
  }

  async remove(id: string): Promise<void> {
    await this.database.with(PasswordChangeEntity, (changes) => changes.delete({ id }));
  }

  /**
   * Marks a change as completed. A concurrent completion waits for the row lock, then updates no row. An open sign-out at Cognito is due
   * in 5 s.
   * @returns false if it was completed or deleted before
   */
  async complete(id: string, sub: string | null): Promise<boolean> {
    const completed = { completedAt: () => 'now()', nextTryAt: () => `now() + interval '5 seconds'`, sub };
    const { affected } = await this.database.with(PasswordChangeEntity, (changes) =>
      changes.update({ id, completedAt: IsNull() }, completed),
    );
    return affected === 1;
  }

  async removeEarlier(id: string): Promise<void> {
    await this.database.query(removeEarlier, [id]);
  }

  /** Leases due changes for at least 1 minute. */
  take(count: number): Promise<LeasedPasswordChange[]> {
    return passwordChangesQueue.take(this.database, count);
  }

  /** @param reason without personal data */
  async recordError({ id: key, tries }: LeasedPasswordChange, reason: string): Promise<void> {
    await passwordChangesQueue.recordError(this.database, { key, tries }, reason);
  }
}
