import { QueueView } from '../jobs/queue-view.js';

/** Revoked e-mail changes that Cognito may have applied. Retried when the lease of 30 seconds expires; after 10 minutes they count as failed. */
export const emailChangeRollbacksQueue = new QueueView({
  name: 'email-change-rollbacks-figures',
  text: `
    SELECT count(*)::int AS waiting, count(*) FILTER (WHERE applying_until <= now())::int AS due,
      count(*) FILTER (WHERE applying_until > now())::int AS running,
      count(*) FILTER (WHERE applying_until <= now() AND revoked_at < now() - interval '10 minutes')::int AS failed,
      0 AS attempts, min(revoked_at) AS oldest, NULL AS "lastError"
    FROM usher.confirmations WHERE revoked_at IS NOT NULL AND applying_until IS NOT NULL AND used_at IS NULL`,
});
