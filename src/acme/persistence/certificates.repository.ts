import { Injectable } from '@nestjs/common';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import { Database, type Statement } from '../../common/database/database.js';

/** A configured certificate and its state. Private keys are read separately, because they are unsealed on demand. */
export interface Certificate {
  id: number;
  names: string[];
  directoryUrl: string | null;
  orderUrl: string | null;
  /** PEM, leaf first. */
  chain: string | null;
  /** Upper-case hexadecimal. */
  serial: string | null;
  notBefore: Date | null;
  notAfter: Date | null;
  /** Directory of the CA that issued the chain; `directoryUrl` is that of the last order. */
  issuedBy: string | null;
  issuedAt: Date | null;
  deployedSerial: string | null;
  deployedAt: Date | null;
  /** Of the certificate that the host served at the last check. */
  servedSerial: string | null;
  servedCheckedAt: Date | null;
  /** When the host last served the certificate. */
  servedAt: Date | null;
  /** How often the host lost the certificate after a deployment. */
  timesLost: number;
  renewAt: Date | null;
  /** When renewal information is fetched again. */
  adviceDueAt: Date | null;
  /** The number of days of the last warning. */
  warnedDays: number | null;
  /** The current step and its start; a killed process leaves them behind. */
  step: string | null;
  stepAt: Date | null;
  nextOrderAt: Date;
  nextDeploymentAt: Date;
  failures: number;
  lastError: string | null;
  /** When it was last in the configuration, to the hour. */
  wantedAt: Date;
}

export interface Issued {
  chain: string;
  serial: string;
  notBefore: Date;
  notAfter: Date;
  at: Date;
}

const columns = `
    SELECT id, names, directory_url AS "directoryUrl", order_url AS "orderUrl", chain, serial, not_before AS "notBefore",
      not_after AS "notAfter", issued_by AS "issuedBy", issued_at AS "issuedAt", deployed_serial AS "deployedSerial", deployed_at AS "deployedAt",
      served_serial AS "servedSerial", served_checked_at AS "servedCheckedAt", served_at AS "servedAt",
      times_lost AS "timesLost", renew_at AS "renewAt",
      advice_due_at AS "adviceDueAt", warned_days AS "warnedDays", step, step_at AS "stepAt", next_order_at AS "nextOrderAt",
      next_deployment_at AS "nextDeploymentAt",
      failures, last_error AS "lastError", wanted_at AS "wantedAt"
    FROM usher.certificates`;

const findAll: Statement = { name: 'certificates-all', text: `${columns} ORDER BY id` };

const find: Statement = { name: 'certificates-find', text: `${columns} WHERE names = $1` };

/** Writes at most once per hour. The caller holds the lock, so a present step is from a killed process and is cleared. */
const markWanted: Statement = {
  name: 'certificates-want',
  text: `
    INSERT INTO usher.certificates (names, wanted_at) VALUES ($1, $2)
    ON CONFLICT (names) DO UPDATE SET wanted_at = $2, step = NULL, step_at = NULL
    WHERE certificates.step IS NOT NULL OR certificates.wanted_at NOT BETWEEN $2::timestamptz - interval '1 hour' AND $2`,
};

const findAccount: Statement = {
  name: 'certificates-find-account',
  text: `SELECT sealed_key AS sealed FROM usher.acme_accounts WHERE directory_url = $1`,
};

const saveAccount: Statement = {
  name: 'certificates-save-account',
  text: `
    INSERT INTO usher.acme_accounts (directory_url, sealed_key) VALUES ($1, $2)
    ON CONFLICT (directory_url) DO UPDATE SET sealed_key = $2, created_at = now()`,
};

const beginOrder: Statement = {
  name: 'certificates-begin-order',
  text: `UPDATE usher.certificates SET directory_url = $2, sealed_order_key = $3, order_url = NULL WHERE id = $1`,
};

const recordOrder: Statement = {
  name: 'certificates-record-order',
  text: `UPDATE usher.certificates SET order_url = $2 WHERE id = $1 AND order_url IS NULL RETURNING id`,
};

const recordStep: Statement = {
  name: 'certificates-record-step',
  text: `UPDATE usher.certificates SET step = $2, step_at = $3 WHERE id = $1`,
};

const findOrderKey: Statement = {
  name: 'certificates-find-order-key',
  text: `SELECT sealed_order_key AS sealed FROM usher.certificates WHERE id = $1`,
};

const findKey: Statement = {
  name: 'certificates-find-key',
  text: `SELECT sealed_key AS sealed FROM usher.certificates WHERE id = $1`,
};

/** Only for the current order: another process may have completed it or begun another one. */
const recordIssued: Statement = {
  name: 'certificates-record-issued',
  text: `
    UPDATE usher.certificates SET sealed_key = sealed_order_key, chain = $3, serial = $4, not_before = $5, not_after = $6,
      issued_by = directory_url, issued_at = $7, sealed_order_key = NULL, order_url = NULL, renew_at = NULL,
      advice_due_at = NULL, warned_days = NULL, times_lost = 0, failures = 0, last_error = NULL
    WHERE id = $1 AND order_url = $2 AND sealed_order_key IS NOT NULL RETURNING id`,
};

const dropOrder: Statement = {
  name: 'certificates-drop-order',
  text: `UPDATE usher.certificates SET sealed_order_key = NULL, order_url = NULL WHERE id = $1 AND order_url = $2`,
};

const recordSuccess: Statement = {
  name: 'certificates-record-done',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, next_deployment_at = to_timestamp(0),
      next_order_at = CASE WHEN $2 THEN to_timestamp(0) ELSE next_order_at END,
      failures = CASE WHEN $2 OR next_order_at < now() THEN 0 ELSE failures END,
      last_error = CASE WHEN $2 OR next_order_at < now() THEN NULL ELSE last_error END
    WHERE id = $1`,
};

const recordFailure: Statement = {
  name: 'certificates-record-failure',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, failures = failures + 1, last_error = $3,
      next_order_at = CASE WHEN $2 = 'order' THEN $4 ELSE next_order_at END,
      next_deployment_at = CASE WHEN $2 = 'deploy' THEN $4 ELSE next_deployment_at END
    WHERE id = $1`,
};

const recordDeployed: Statement = {
  name: 'certificates-record-deployed',
  text: `
    UPDATE usher.certificates SET deployed_serial = $2, deployed_at = $3, served_serial = NULL, served_checked_at = NULL,
      served_at = NULL
    WHERE id = $1`,
};

/** $4: a lost certificate counts as not deployed. */
const recordServed: Statement = {
  name: 'certificates-record-served',
  text: `
    UPDATE usher.certificates SET served_serial = $2, served_checked_at = $3,
      served_at = CASE WHEN $2 = serial THEN $3 ELSE served_at END,
      times_lost = CASE WHEN $2 = serial THEN 0 WHEN $4 THEN times_lost + 1 ELSE times_lost END,
      deployed_serial = CASE WHEN $4 THEN NULL ELSE deployed_serial END
    WHERE id = $1`,
};

const recordRenewal: Statement = {
  name: 'certificates-record-renewal',
  text: `UPDATE usher.certificates SET renew_at = $2, advice_due_at = $3 WHERE id = $1`,
};

const recordWarning: Statement = {
  name: 'certificates-record-warning',
  text: `UPDATE usher.certificates SET warned_days = $2 WHERE id = $1`,
};

/** The state of all certificates, without their keys. */
@Injectable()
export class CertificateQuery {
  constructor(private readonly database: Database) {}

  findAll(): Promise<Certificate[]> {
    return this.database.query<Certificate & { [column: string]: unknown }>(findAll);
  }
}

/** Certificates and ACME accounts. */
@Injectable()
export class CertificatesRepository {
  constructor(
    private readonly database: Database,
    private readonly sealedBox: SealedBox,
  ) {}

  async find(names: readonly string[]): Promise<Certificate | undefined> {
    return this.database.queryOne<Certificate & { [column: string]: unknown }>(find, [names]);
  }

  /** Creates a row for a configured certificate, or updates its time. */
  async markWanted(names: readonly string[], at: Date): Promise<void> {
    await this.database.query(markWanted, [names, at]);
  }

  /** Returns the account key, PEM. Replaces a key that was sealed with a secret that was removed. */
  async findOrSaveAccountKey(directoryUrl: string, generate: () => Promise<string>): Promise<string> {
    const row = await this.database.queryOne<{ sealed: string }>(findAccount, [directoryUrl]);
    const saved = this.unseal(row?.sealed);
    if (saved !== undefined) return saved;
    const key = await generate();
    await this.database.query(saveAccount, [directoryUrl, this.sealedBox.seal('acme-keys', key)]);
    return key;
  }

  /** Saves the key before the order is created, because a certificate without its key is useless. */
  async beginOrder(id: number, directoryUrl: string, key: string): Promise<void> {
    await this.database.query(beginOrder, [id, directoryUrl, this.sealedBox.seal('acme-keys', key)]);
  }

  /** @throws Error if another process has begun an order in the meantime */
  async recordOrder(id: number, url: string): Promise<void> {
    assertUpdated(await this.database.query(recordOrder, [id, url]));
  }

  async recordStep(id: number, step: string, at: Date): Promise<void> {
    await this.database.query(recordStep, [id, step, at]);
  }

  /** Returns the key of the open order; `undefined` without an order, or if the key cannot be unsealed. */
  async findOrderKey(id: number): Promise<string | undefined> {
    const row = await this.database.queryOne<{ sealed: string | null }>(findOrderKey, [id]);
    return this.unseal(row?.sealed);
  }

  /** Returns the key of the certificate; `undefined` if it cannot be unsealed. */
  async findKey(id: number): Promise<string | undefined> {
    const row = await this.database.queryOne<{ sealed: string | null }>(findKey, [id]);
    return this.unseal(row?.sealed);
  }

  /** Completes the order: its key becomes the key of the certificate. @throws Error if the order is not current any more */
  async recordIssued(id: number, orderUrl: string, issued: Issued): Promise<void> {
    const { chain, serial, notBefore, notAfter, at } = issued;
    assertUpdated(
      await this.database.query(recordIssued, [id, orderUrl, chain, serial, notBefore, notAfter, at]),
    );
  }

  async recordDeployed(id: number, serial: string, at: Date): Promise<void> {
    await this.database.query(recordDeployed, [id, serial, at]);
  }

  /** @param lost whether the certificate must be deployed again */
  async recordServed(
    id: number,
    serial: string | undefined,
    { at, lost }: { at: Date; lost: boolean },
  ): Promise<void> {
    await this.database.query(recordServed, [id, serial ?? null, at, lost]);
  }

  /** @param ordered whether the certificate is new; the back-off of a failed order outlasts a deployment */
  async recordSuccess(id: number, ordered: boolean): Promise<void> {
    await this.database.query(recordSuccess, [id, ordered]);
  }

  async dropOrder(id: number, url: string): Promise<void> {
    await this.database.query(dropOrder, [id, url]);
  }

  /** @param next time of the next attempt */
  async recordFailure(
    id: number,
    action: 'order' | 'deploy',
    { error, next }: { error: string; next: Date },
  ): Promise<void> {
    await this.database.query(recordFailure, [id, action, error, next]);
  }

  async recordRenewal(id: number, renewAt: Date, adviceDueAt: Date): Promise<void> {
    await this.database.query(recordRenewal, [id, renewAt, adviceDueAt]);
  }

  async recordWarning(id: number, days: number): Promise<void> {
    await this.database.query(recordWarning, [id, days]);
  }

  private unseal(sealed: string | null | undefined): string | undefined {
    const key = sealed == null ? undefined : this.sealedBox.unseal('acme-keys', sealed);
    return typeof key === 'string' ? key : undefined;
  }
}

function assertUpdated(rows: unknown[]): void {
  if (rows.length === 0) throw new Error('Another process has continued this order');
}
