import type { Statement } from '../../platform/database/database.js';

const columns = `
    SELECT id, names, directory_url AS "directoryUrl", order_url AS "orderUrl", chain, serial, not_before AS "notBefore",
      not_after AS "notAfter", issued_by AS "issuedBy", issued_at AS "issuedAt", deployed_serial AS "deployedSerial", deployed_at AS "deployedAt",
      served_serial AS "servedSerial", served_checked_at AS "servedCheckedAt", served_at AS "servedAt",
      times_lost AS "timesLost", renew_at AS "renewAt",
      advice_due_at AS "adviceDueAt", warned_days AS "warnedDays", step, step_at AS "stepAt", next_order_at AS "nextOrderAt",
      next_deployment_at AS "nextDeploymentAt",
      failures, last_error AS "lastError", wanted_at AS "wantedAt"
    FROM usher.certificates`;

export const all: Statement = { name: 'certificates-all', text: `${columns} ORDER BY id` };

export const find: Statement = { name: 'certificates-find', text: `${columns} WHERE names = $1` };

/**
 * Written once an hour at most, although it is asked each minute. Whoever asks has the lock, so a step that is there was left by
 * a process that was killed.
 */
export const want: Statement = {
  name: 'certificates-want',
  text: `
    INSERT INTO usher.certificates (names, wanted_at) VALUES ($1, $2)
    ON CONFLICT (names) DO UPDATE SET wanted_at = $2, step = NULL, step_at = NULL
    WHERE certificates.step IS NOT NULL OR certificates.wanted_at NOT BETWEEN $2::timestamptz - interval '1 hour' AND $2`,
};

export const findAccount: Statement = {
  name: 'certificates-find-account',
  text: `SELECT sealed_key AS sealed FROM usher.acme_accounts WHERE directory_url = $1`,
};

export const saveAccount: Statement = {
  name: 'certificates-save-account',
  text: `
    INSERT INTO usher.acme_accounts (directory_url, sealed_key) VALUES ($1, $2)
    ON CONFLICT (directory_url) DO UPDATE SET sealed_key = $2, created_at = now()`,
};

export const beginOrder: Statement = {
  name: 'certificates-begin-order',
  text: `UPDATE usher.certificates SET directory_url = $2, sealed_order_key = $3, order_url = NULL WHERE id = $1`,
};

export const recordOrder: Statement = {
  name: 'certificates-record-order',
  text: `UPDATE usher.certificates SET order_url = $2 WHERE id = $1 AND order_url IS NULL RETURNING id`,
};

export const recordStep: Statement = {
  name: 'certificates-record-step',
  text: `UPDATE usher.certificates SET step = $2, step_at = $3 WHERE id = $1`,
};

export const findOrderKey: Statement = {
  name: 'certificates-find-order-key',
  text: `SELECT sealed_order_key AS sealed FROM usher.certificates WHERE id = $1`,
};

export const findKey: Statement = {
  name: 'certificates-find-key',
  text: `SELECT sealed_key AS sealed FROM usher.certificates WHERE id = $1`,
};

/** Only what belongs to this order: somebody else may have gone on with it, or begun another one. */
export const recordIssued: Statement = {
  name: 'certificates-record-issued',
  text: `
    UPDATE usher.certificates SET sealed_key = sealed_order_key, chain = $3, serial = $4, not_before = $5, not_after = $6,
      issued_by = directory_url, issued_at = $7, sealed_order_key = NULL, order_url = NULL, renew_at = NULL,
      advice_due_at = NULL, warned_days = NULL, times_lost = 0, failures = 0, last_error = NULL
    WHERE id = $1 AND order_url = $2 AND sealed_order_key IS NOT NULL RETURNING id`,
};

export const dropOrder: Statement = {
  name: 'certificates-drop-order',
  text: `UPDATE usher.certificates SET sealed_order_key = NULL, order_url = NULL WHERE id = $1 AND order_url = $2`,
};

export const recordDone: Statement = {
  name: 'certificates-record-done',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, next_deployment_at = to_timestamp(0),
      next_order_at = CASE WHEN $2 THEN to_timestamp(0) ELSE next_order_at END,
      failures = CASE WHEN $2 OR next_order_at < now() THEN 0 ELSE failures END,
      last_error = CASE WHEN $2 OR next_order_at < now() THEN NULL ELSE last_error END
    WHERE id = $1`,
};

export const recordFailure: Statement = {
  name: 'certificates-record-failure',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, failures = failures + 1, last_error = $3,
      next_order_at = CASE WHEN $2 = 'order' THEN $4 ELSE next_order_at END,
      next_deployment_at = CASE WHEN $2 = 'deploy' THEN $4 ELSE next_deployment_at END
    WHERE id = $1`,
};

export const recordDeployed: Statement = {
  name: 'certificates-record-deployed',
  text: `
    UPDATE usher.certificates SET deployed_serial = $2, deployed_at = $3, served_serial = NULL, served_checked_at = NULL,
      served_at = NULL
    WHERE id = $1`,
};

/** One that is not served although it could be by now counts as not deployed. */
export const recordServed: Statement = {
  name: 'certificates-record-served',
  text: `
    UPDATE usher.certificates SET served_serial = $2, served_checked_at = $3,
      served_at = CASE WHEN $2 = serial THEN $3 ELSE served_at END,
      times_lost = CASE WHEN $2 = serial THEN 0 WHEN $4 THEN times_lost + 1 ELSE times_lost END,
      deployed_serial = CASE WHEN $4 THEN NULL ELSE deployed_serial END
    WHERE id = $1`,
};

export const recordRenewal: Statement = {
  name: 'certificates-record-renewal',
  text: `UPDATE usher.certificates SET renew_at = $2, advice_due_at = $3 WHERE id = $1`,
};

export const recordWarning: Statement = {
  name: 'certificates-record-warning',
  text: `UPDATE usher.certificates SET warned_days = $2 WHERE id = $1`,
};
