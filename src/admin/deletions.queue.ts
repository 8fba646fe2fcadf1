import { LeasedQueue } from '../jobs/leased-queue.js';
import type { LocalUser } from '../users/user.js';

export interface DueDeletion extends Pick<LocalUser, 'id' | 'sub' | 'email'> {
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
  only: 'EXISTS (SELECT 1 FROM users WHERE users.id = job.user_id)',
});
