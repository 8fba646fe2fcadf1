import type { Statement } from '../../platform/database/database.js';

export const all: Statement = {
  name: 'certificates-all',
  text: `
    SELECT id, names, directory_url AS "directoryUrl", order_url AS "orderUrl", chain, serial, not_before AS "notBefore",
      not_after AS "notAfter", deployed_serial AS "deployedSerial", renew_at AS "renewAt", renewal_checked_at AS "renewalCheckedAt",
      next_try_at AS "nextTryAt", failures, last_error AS "lastError"
    FROM usher.certificates ORDER BY id`,
};

export const want: Statement = {
  name: 'certificates-want',
  text: `INSERT INTO usher.certificates (names) VALUES ($1) ON CONFLICT (names) DO NOTHING`,
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
      sealed_order_key = NULL, order_url = NULL, renew_at = NULL, renewal_checked_at = NULL, failures = 0,
      last_error = NULL, next_try_at = now()
    WHERE id = $1`,
};

export const dropOrder: Statement = {
  name: 'certificates-drop-order',
  text: `UPDATE usher.certificates SET sealed_order_key = NULL, order_url = NULL WHERE id = $1`,
};

export const recordFailure: Statement = {
  name: 'certificates-record-failure',
  text: `
    UPDATE usher.certificates SET failures = failures + 1, last_error = $2, next_try_at = now() + make_interval(secs => $3)
    WHERE id = $1`,
};

export const recordDeployed: Statement = {
  name: 'certificates-record-deployed',
  text: `
    UPDATE usher.certificates SET deployed_serial = $2, deployed_at = now(), failures = 0, last_error = NULL WHERE id = $1`,
};

export const recordRenewal: Statement = {
  name: 'certificates-record-renewal',
  text: `UPDATE usher.certificates SET renew_at = $2, renewal_checked_at = now() WHERE id = $1`,
};
