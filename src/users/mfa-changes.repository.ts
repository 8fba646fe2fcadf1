import type { UserId } from '#contracts';
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LessThanOrEqual, Raw } from 'typeorm';
import { Database, type Statement } from '../common/database/database.js';
import { LeasedQueue } from '../jobs/leased-queue.js';
import { MfaChangeEntity, MfaRemoval } from './mfa-change.entity.js';

/** A change of second factors to be sent to Cognito. */
export type NewMfaChange = Omit<
  MfaChangeEntity,
  'id' | 'createdAt' | 'nextTryAt' | 'tries' | 'lastError' | 'leasedUntil'
>;

export type MfaChange = Omit<MfaChangeEntity, 'nextTryAt' | 'lastError' | 'leasedUntil'>;

export const mfaChangesQueue = new LeasedQueue<MfaChange>({
  table: 'mfa_changes',
  key: 'id',
  columns: `
    id, action, user_id AS "userId", actor_id AS "actorId", kept_family AS keep, authenticated_at::float8 AS "authTime",
    language, details, created_at AS "createdAt", tries`,
  requestedAt: 'created_at',
});

/** One statement, so that two resets cannot use a permission. */
const useRemoval: Statement = {
  name: 'mfa-removals-use',
  text: `
    DELETE FROM usher.mfa_removals WHERE user_id = $1
    RETURNING allowed_by AS "allowedBy", expires_at > now() AS valid`,
};

/** Changes of second factors that are not finished, and permissions to remove factors at a reset. */
@Injectable()
export class MfaChangesRepository {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /**
   * Inserts a change, leased to this process for 1 minute: longer than the longest timeout for Cognito, so that no other process takes a
   * change in flight.
   * @returns the stored change
   */
  async insert(change: NewMfaChange): Promise<MfaChange> {
    const { details, ...columns } = change;
    const nextTryAt = () => `clock_timestamp() + interval '1 minute'`;
    const lease = { nextTryAt, leasedUntil: nextTryAt };
    const row = { ...columns, details: details as object, id: randomUUID(), ...lease };
    const { generatedMaps } = await this.database.with(MfaChangeEntity, (changes) => changes.insert(row));
    const { createdAt } = generatedMaps[0] as Pick<MfaChange, 'createdAt'>;
    return { ...change, id: row.id, createdAt, tries: 0 };
  }

  /** A concurrent completion waits for the row lock, then deletes no row. @returns false if it was completed or dropped before */
  async remove(id: string): Promise<boolean> {
    const { affected } = await this.database.with(MfaChangeEntity, (changes) => changes.delete({ id }));
    return affected === 1;
  }

  /** @returns the user's unfinished removals, newest first */
  findRemovals(userId: UserId): Promise<MfaChange[]> {
    return this.database.with(MfaChangeEntity, (changes) =>
      changes.find({ where: { userId, action: 'remove-mfa' }, order: { createdAt: 'DESC' } }),
    );
  }

  /** Deletes the unfinished removals that are not newer than this one. */
  async removeEarlierRemovals({ userId, createdAt }: MfaChange): Promise<void> {
    const earlier = { userId, action: 'remove-mfa', createdAt: LessThanOrEqual(createdAt) } as const;
    await this.database.with(MfaChangeEntity, (changes) => changes.delete(earlier));
  }

  /** Leases due changes for at least 1 minute. */
  take(count: number): Promise<MfaChange[]> {
    return mfaChangesQueue.take(this.database, count);
  }

  /** @param reason without personal data */
  async recordError({ id: key, tries }: MfaChange, reason: string): Promise<void> {
    await mfaChangesQueue.recordError(this.database, { key, tries }, reason);
  }

  /** For 24 hours. Also deletes permissions that have expired. */
  async allowRemoval(userId: UserId, allowedBy: UserId): Promise<void> {
    const expiresAt = () => `now() + interval '24 hours'`;
    await this.database.with(MfaRemoval, async (removals) => {
      await removals.delete({ expiresAt: Raw((column) => `${column} < now()`) });
      await removals.upsert({ userId, allowedBy, expiresAt }, ['userId']);
    });
  }

  /** Deletes the permission. @returns `id` of the administrator who gave it; `undefined` if there was none or it has expired */
  async useRemoval(userId: UserId): Promise<UserId | undefined> {
    const row = await this.database.queryOne<{ allowedBy: UserId; valid: boolean }>(useRemoval, [userId]);
    return row?.valid ? row.allowedBy : undefined;
  }
}
