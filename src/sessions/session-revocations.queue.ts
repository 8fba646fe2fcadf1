import { QueueView } from '../jobs/queue-view.js';

/** Sessions that are revoked here and not yet at Cognito. The request that revoked them has a minute; then any sign-in retries. */
export const sessionRevocationsQueue = new QueueView({
  name: 'session-revocations-figures',
  text: `
    SELECT count(*)::int AS waiting, count(*) FILTER (WHERE ended_at < now() - interval '1 minute')::int AS due,
      count(*) FILTER (WHERE ended_at >= now() - interval '1 minute')::int AS running,
      0 AS failed, 0 AS attempts, min(ended_at) AS oldest, NULL AS "lastError"
    FROM usher.sessions WHERE ended_at IS NOT NULL AND revoked_at IS NULL`,
});
