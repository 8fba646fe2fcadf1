import { QueueView } from '../jobs/queue-view.js';

/** Certificates that were removed from the configuration are not renewed. */
const isWaiting = `wanted_at > now() - interval '1 day'
  AND (chain IS NULL OR renew_at <= now() OR failures > 0 OR step IS NOT NULL)`;

const isBackingOff = 'greatest(next_order_at, next_deployment_at) > now()';

/** Certificates to be issued, renewed or deployed. One process at a time works on them. */
export const certificateRenewalsQueue = new QueueView(
  {
    name: 'certificate-renewals-figures',
    text: `
      SELECT count(*)::int AS waiting, count(*) FILTER (WHERE step IS NULL AND NOT ${isBackingOff})::int AS due,
        count(*) FILTER (WHERE step IS NOT NULL)::int AS running,
        count(*) FILTER (WHERE step IS NULL AND failures > 0)::int AS failed,
        coalesce(max(failures) FILTER (WHERE step IS NULL), 0) AS attempts,
        min(CASE WHEN renew_at <= now() THEN renew_at ELSE coalesce(issued_at, created_at) END) AS oldest,
        (array_agg(last_error ORDER BY id DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
      FROM usher.certificates WHERE ${isWaiting}`,
  },
  {
    name: 'certificate-renewals-retry',
    text: `
      UPDATE usher.certificates SET next_order_at = to_timestamp(0), next_deployment_at = to_timestamp(0)
      WHERE ${isWaiting} AND step IS NULL AND failures > 0 AND ${isBackingOff}
      RETURNING 1`,
  },
);
