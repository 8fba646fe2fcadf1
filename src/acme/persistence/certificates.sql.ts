import type { Statement } from '../../platform/database/database.js';

export const all: Statement = {
  name: 'certificates-all',
  text: `
    SELECT id, names, directory_url AS "directoryUrl", order_url AS "orderUrl", chain, serial, not_before AS "notBefore",
      not_after AS "notAfter", issued_by AS "issuedBy", deployed_serial AS "deployedSerial", deployed_at AS "deployedAt",
      served_serial AS "servedSerial", served_checked_at AS "servedCheckedAt", renew_at AS "renewAt",
      advice_due_at AS "adviceDueAt", warned_days AS "warnedDays", step, step_at AS "stepAt", next_try_at AS "nextTryAt",
      failures, last_error AS "lastError", wanted_at AS "wantedAt"
    FROM usher.certificates ORDER BY id`,
};

/** Written once an hour at most, although it is asked each minute. */
export const want: Statement = {
  name: 'certificates-want',
  text: `
    INSERT INTO usher.certificates (names, wanted_at) VALUES ($1, $2)
    ON CONFLICT (names) DO UPDATE SET wanted_at = $2
    WHERE certificates.wanted_at NOT BETWEEN $2::timestamptz - interval '1 hour' AND $2`,
};

export const findAccount: Statement = {
  name: 'certificates-find-account',
  text: `SELECT sealed_key AS sealed FROM usher.acme_accounts WHERE directory_url = $1`,
};

export const insertAccount: Statement = {
  name: 'certificates-insert-account',
  text: `INSERT INTO usher.acme_accounts (directory_url, sealed_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
};

export const beginOrder: Statement = {
  name: 'certificates-begin-order',
  text: `UPDATE usher.certificates SET directory_url = $2, sealed_order_key = $3, order_url = NULL WHERE id = $1`,
};

export const recordOrder: Statement = {
  name: 'certificates-record-order',
  text: `UPDATE usher.certificates SET order_url = $2 WHERE id = $1`,
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

export const recordIssued: Statement = {
  name: 'certificates-record-issued',
  text: `
    UPDATE usher.certificates SET sealed_key = sealed_order_key, chain = $2, serial = $3, not_before = $4, not_after = $5,
      issued_by = directory_url, sealed_order_key = NULL, order_url = NULL, renew_at = NULL, advice_due_at = NULL,
      warned_days = NULL, failures = 0, last_error = NULL
    WHERE id = $1`,
};

export const dropOrder: Statement = {
  name: 'certificates-drop-order',
  text: `UPDATE usher.certificates SET sealed_order_key = NULL, order_url = NULL WHERE id = $1`,
};

export const recordDone: Statement = {
  name: 'certificates-record-done',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, failures = 0, last_error = NULL, next_try_at = $2
    WHERE id = $1`,
};

export const recordFailure: Statement = {
  name: 'certificates-record-failure',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, failures = failures + 1, last_error = $2, next_try_at = $3
    WHERE id = $1`,
};

export const recordDeployed: Statement = {
  name: 'certificates-record-deployed',
  text: `
    UPDATE usher.certificates SET deployed_serial = $2, deployed_at = $3, served_serial = NULL, served_checked_at = NULL
    WHERE id = $1`,
};

/** One that is not served although it could be by now counts as not deployed. */
export const recordServed: Statement = {
  name: 'certificates-record-served',
  text: `
    UPDATE usher.certificates SET served_serial = $2, served_checked_at = $3,
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
