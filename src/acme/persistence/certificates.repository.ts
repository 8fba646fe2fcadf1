import { Injectable } from '@nestjs/common';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import { type FindOptionsWhere, IsNull, Not, Raw } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { Database, type Statement } from '../../common/database/database.js';
import { AcmeAccount, Certificate } from './acme.entities.js';

export { Certificate } from './acme.entities.js';

export interface Issued {
  chain: string;
  serial: string;
  notBefore: Date;
  notAfter: Date;
  at: Date;
}

/** Writes at most once per hour. The caller holds the lock, so a present step is from a killed process and is cleared. */
const markWanted: Statement = {
  name: 'certificates-want',
  text: `
    INSERT INTO usher.certificates (names, wanted_at) VALUES ($1, $2)
    ON CONFLICT (names) DO UPDATE SET wanted_at = $2, step = NULL, step_at = NULL
    WHERE certificates.step IS NOT NULL OR certificates.wanted_at NOT BETWEEN $2::timestamptz - interval '1 hour' AND $2`,
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

/** Compares with the times in the row, which another process may have changed. */
const recordSuccess: Statement = {
  name: 'certificates-record-done',
  text: `
    UPDATE usher.certificates SET step = NULL, step_at = NULL, next_deployment_at = to_timestamp(0),
      next_order_at = CASE WHEN $2 THEN to_timestamp(0) ELSE next_order_at END,
      failures = CASE WHEN $2 OR next_order_at < now() THEN 0 ELSE failures END,
      last_error = CASE WHEN $2 OR next_order_at < now() THEN NULL ELSE last_error END
    WHERE id = $1`,
};

/** The state of all certificates, without their keys. */
@Injectable()
export class CertificateQuery {
  constructor(private readonly database: Database) {}

  findAll(): Promise<Certificate[]> {
    return this.database.with(Certificate, (certificates) => certificates.find({ order: { id: 'ASC' } }));
  }
}

/** Certificates and ACME accounts. */
@Injectable()
export class CertificatesRepository {
  constructor(
    private readonly database: Database,
    private readonly sealedBox: SealedBox,
  ) {}

  find(names: readonly string[]): Promise<Certificate | null> {
    const equal = Raw((column) => `${column} = :names`, { names });
    return this.database.with(Certificate, (certificates) => certificates.findOneBy({ names: equal }));
  }

  /** Creates a row for a configured certificate, or updates its time. */
  async markWanted(names: readonly string[], at: Date): Promise<void> {
    await this.database.query(markWanted, [names, at]);
  }

  /** Returns the account key, PEM. Replaces a key that was sealed with a secret that was removed. */
  async findOrSaveAccountKey(directoryUrl: string, generate: () => Promise<string>): Promise<string> {
    const account = await this.database.with(AcmeAccount, (accounts) => accounts.findOneBy({ directoryUrl }));
    const saved = this.unseal(account?.sealedKey);
    if (saved !== undefined) return saved;
    const key = await generate();
    const row = { directoryUrl, sealedKey: this.sealedBox.seal('acme-keys', key), createdAt: () => 'now()' };
    await this.database.with(AcmeAccount, (accounts) => accounts.upsert(row, ['directoryUrl']));
    return key;
  }

  /** Saves the key before the order is created, because a certificate without its key is useless. */
  async beginOrder(id: number, directoryUrl: string, key: string): Promise<void> {
    const sealedOrderKey = this.sealedBox.seal('acme-keys', key);
    await this.update({ id }, { directoryUrl, sealedOrderKey, orderUrl: null });
  }

  /** @throws Error if another process has begun an order in the meantime */
  async recordOrder(id: number, url: string): Promise<void> {
    assertUpdated(await this.update({ id, orderUrl: IsNull() }, { orderUrl: url }));
  }

  async recordStep(id: number, step: string, at: Date): Promise<void> {
    await this.update({ id }, { step, stepAt: at });
  }

  /** Returns the key of the open order; `undefined` without an order, or if the key cannot be unsealed. */
  async findOrderKey(id: number): Promise<string | undefined> {
    return this.findSealed(id, 'sealedOrderKey');
  }

  /** Returns the key of the certificate; `undefined` if it cannot be unsealed. */
  async findKey(id: number): Promise<string | undefined> {
    return this.findSealed(id, 'sealedKey');
  }

  /** Completes the order: its key becomes the key of the certificate. @throws Error if the order is not current any more */
  async recordIssued(id: number, orderUrl: string, { at, ...issued }: Issued): Promise<void> {
    // Another process may have completed the order or begun another one.
    const order = { id, orderUrl, sealedOrderKey: Not(IsNull()) };
    const updated = await this.update(order, {
      ...issued,
      sealedKey: () => 'sealed_order_key',
      issuedBy: () => 'directory_url',
      issuedAt: at,
      ...{ sealedOrderKey: null, orderUrl: null, renewAt: null, adviceDueAt: null, warnedDays: null },
      ...{ timesLost: 0, failures: 0, lastError: null },
    });
    assertUpdated(updated);
  }

  async recordDeployed(id: number, serial: string, at: Date): Promise<void> {
    const unchecked = { servedSerial: null, servedCheckedAt: null, servedAt: null };
    await this.update({ id }, { deployedSerial: serial, deployedAt: at, ...unchecked });
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
    await this.update({ id, orderUrl: url }, { sealedOrderKey: null, orderUrl: null });
  }

  /** @param next time of the next attempt */
  async recordFailure(
    id: number,
    action: 'order' | 'deploy',
    { error, next }: { error: string; next: Date },
  ): Promise<void> {
    await this.update(
      { id },
      {
        ...{ step: null, stepAt: null, failures: () => 'failures + 1', lastError: error },
        ...(action === 'order' ? { nextOrderAt: next } : { nextDeploymentAt: next }),
      },
    );
  }

  async recordRenewal(id: number, renewAt: Date, adviceDueAt: Date): Promise<void> {
    await this.update({ id }, { renewAt, adviceDueAt });
  }

  async recordWarning(id: number, days: number): Promise<void> {
    await this.update({ id }, { warnedDays: days });
  }

  private async update(
    criteria: FindOptionsWhere<Certificate>,
    values: QueryDeepPartialEntity<Certificate>,
  ): Promise<number> {
    const { affected } = await this.database.with(Certificate, (certificates) =>
      certificates.update(criteria, values),
    );
    return affected ?? 0;
  }

  private async findSealed(id: number, key: 'sealedKey' | 'sealedOrderKey'): Promise<string | undefined> {
    const row = await this.database.with(Certificate, (certificates) =>
      certificates.findOne({ select: { id: true, [key]: true }, where: { id } }),
    );
    return this.unseal(row?.[key]);
  }

  private unseal(sealed: string | null | undefined): string | undefined {
    const key = sealed == null ? undefined : this.sealedBox.unseal('acme-keys', sealed);
    return typeof key === 'string' ? key : undefined;
  }
}

function assertUpdated(rows: number): void {
  if (rows === 0) throw new Error('Another process has continued this order');
}
