import { Injectable } from '@nestjs/common';
import { Seal } from '../../platform/crypto/seal.js';
import { Database } from '../../platform/database/database.js';
import * as sql from './certificates.sql.js';

/** A certificate that is wanted, and how far it is. Private keys stay sealed until one is asked for. */
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
  /** The directory that the chain came from; `directoryUrl` is that of the last order. */
  issuedBy: string | null;
  issuedAt: Date | null;
  /** Of the certificate that the host was given last. */
  deployedSerial: string | null;
  deployedAt: Date | null;
  /** Of the certificate that the host was seen to serve. */
  servedSerial: string | null;
  servedCheckedAt: Date | null;
  /** When it was seen last. */
  servedAt: Date | null;
  /** How often the host was given it again in vain. */
  timesLost: number;
  renewAt: Date | null;
  /** When the CA is to be asked for its advice again. */
  adviceDueAt: Date | null;
  /** How many days were left when its owner was told last. */
  warnedDays: number | null;
  /** What is being done at the moment, and since when; a process that was killed leaves it behind. */
  step: string | null;
  stepAt: Date | null;
  nextOrderAt: Date;
  nextDeploymentAt: Date;
  failures: number;
  lastError: string | null;
  /** When the configuration named it last, give or take an hour. */
  wantedAt: Date;
}

export interface Issued {
  chain: string;
  serial: string;
  notBefore: Date;
  notAfter: Date;
  /** By our clock. */
  at: Date;
}

/** Certificates and ACME accounts. */
@Injectable()
export class CertificatesRepository {
  constructor(
    private readonly database: Database,
    private readonly seal: Seal,
  ) {}

  /** In the order they were asked for. */
  all(): Promise<Certificate[]> {
    return this.database.query<Certificate & { [column: string]: unknown }>(sql.all);
  }

  async find(names: readonly string[]): Promise<Certificate | undefined> {
    return this.database.queryOne<Certificate & { [column: string]: unknown }>(sql.find, [names]);
  }

  /** Nothing else happens to those that are there already. */
  async want(names: readonly string[], at: Date): Promise<void> {
    await this.database.query(sql.want, [names, at]);
  }

  /** The account's key, PEM. One that was sealed with a secret that is gone gives way to a new one. */
  async accountKey(directoryUrl: string, make: () => Promise<string>): Promise<string> {
    const row = await this.database.queryOne<{ sealed: string }>(sql.findAccount, [directoryUrl]);
    const known = this.open(row?.sealed);
    if (known !== undefined) return known;
    const made = await make();
    await this.database.query(sql.saveAccount, [directoryUrl, this.seal.close('acme-keys', made)]);
    return made;
  }

  /** The key comes first: a certificate for a key that nobody has is of no use. */
  async beginOrder(id: number, directoryUrl: string, key: string): Promise<void> {
    await this.database.query(sql.beginOrder, [id, directoryUrl, this.seal.close('acme-keys', key)]);
  }

  /** @throws Error when another process has begun one meanwhile */
  async recordOrder(id: number, url: string): Promise<void> {
    assertOurs(await this.database.query(sql.recordOrder, [id, url]));
  }

  async recordStep(id: number, step: string, at: Date): Promise<void> {
    await this.database.query(sql.recordStep, [id, step, at]);
  }

  /** Of the order under way; `undefined` where there is none, or its key was sealed with a secret that is gone. */
  async orderKey(id: number): Promise<string | undefined> {
    const row = await this.database.queryOne<{ sealed: string | null }>(sql.findOrderKey, [id]);
    return this.open(row?.sealed);
  }

  /** Of the certificate. */
  async key(id: number): Promise<string | undefined> {
    const row = await this.database.queryOne<{ sealed: string | null }>(sql.findKey, [id]);
    return this.open(row?.sealed);
  }

  /** The order's key becomes the certificate's, and the order is over. @throws Error when it is not the order any more */
  async recordIssued(id: number, orderUrl: string, issued: Issued): Promise<void> {
    const { chain, serial, notBefore, notAfter, at } = issued;
    assertOurs(
      await this.database.query(sql.recordIssued, [id, orderUrl, chain, serial, notBefore, notAfter, at]),
    );
  }

  async recordDeployed(id: number, serial: string, at: Date): Promise<void> {
    await this.database.query(sql.recordDeployed, [id, serial, at]);
  }

  /** @param lost whether the host has to be given it again */
  async recordServed(
    id: number,
    serial: string | undefined,
    { at, lost }: { at: Date; lost: boolean },
  ): Promise<void> {
    await this.database.query(sql.recordServed, [id, serial ?? null, at, lost]);
  }

  /** The host has it. @param ordered whether it is a new one; a failed order's pause outlasts a mere deployment */
  async recordDone(id: number, ordered: boolean): Promise<void> {
    await this.database.query(sql.recordDone, [id, ordered]);
  }

  /** The order came to nothing. */
  async dropOrder(id: number, url: string): Promise<void> {
    await this.database.query(sql.dropOrder, [id, url]);
  }

  /** @param next when that may be tried again */
  async recordFailure(
    id: number,
    of: 'order' | 'deploy',
    { error, next }: { error: string; next: Date },
  ): Promise<void> {
    await this.database.query(sql.recordFailure, [id, of, error, next]);
  }

  async recordRenewal(id: number, renewAt: Date, adviceDueAt: Date): Promise<void> {
    await this.database.query(sql.recordRenewal, [id, renewAt, adviceDueAt]);
  }

  async recordWarning(id: number, days: number): Promise<void> {
    await this.database.query(sql.recordWarning, [id, days]);
  }

  private open(sealed: string | null | undefined): string | undefined {
    const key = sealed == null ? undefined : this.seal.open('acme-keys', sealed);
    return typeof key === 'string' ? key : undefined;
  }
}

function assertOurs(changed: unknown[]): void {
  if (changed.length === 0) throw new Error('Another process has gone on with this order');
}
