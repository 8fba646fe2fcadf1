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
  /** Of the certificate that the host was given last. */
  deployedSerial: string | null;
  renewAt: Date | null;
  renewalCheckedAt: Date | null;
  nextTryAt: Date;
  failures: number;
  lastError: string | null;
}

export interface Issued {
  chain: string;
  serial: string;
  notBefore: Date;
  notAfter: Date;
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
    return (await this.all()).find((certificate) => certificate.names.join() === names.join());
  }

  /** Nothing happens to those that are there already. */
  async want(names: readonly string[]): Promise<void> {
    await this.database.query(sql.want, [names]);
  }

  /** The account's key, PEM; the first process to ask makes it. */
  async accountKey(directoryUrl: string, make: () => Promise<string>): Promise<string> {
    const known = await this.findAccountKey(directoryUrl);
    if (known !== undefined) return known;
    await this.database.query(sql.insertAccount, [directoryUrl, this.seal.close('acme-keys', await make())]);
    const made = await this.findAccountKey(directoryUrl);
    if (made === undefined) throw new TypeError('an account vanished');
    return made;
  }

  /** The key comes first: a certificate for a key that nobody has is of no use. */
  async beginOrder(id: number, directoryUrl: string, key: string): Promise<void> {
    await this.database.query(sql.beginOrder, [id, directoryUrl, this.seal.close('acme-keys', key)]);
  }

  async recordOrder(id: number, url: string): Promise<void> {
    await this.database.query(sql.recordOrder, [id, url]);
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

  /** The order's key becomes the certificate's, and the order is over. */
  async recordIssued(id: number, { chain, serial, notBefore, notAfter }: Issued): Promise<void> {
    await this.database.query(sql.recordIssued, [id, chain, serial, notBefore, notAfter]);
  }

  async recordDeployed(id: number, serial: string): Promise<void> {
    await this.database.query(sql.recordDeployed, [id, serial]);
  }

  /** The order came to nothing. */
  async dropOrder(id: number): Promise<void> {
    await this.database.query(sql.dropOrder, [id]);
  }

  /** @param seconds until the next try */
  async recordFailure(id: number, error: string, seconds: number): Promise<void> {
    await this.database.query(sql.recordFailure, [id, error, seconds]);
  }

  async recordRenewal(id: number, renewAt: Date): Promise<void> {
    await this.database.query(sql.recordRenewal, [id, renewAt]);
  }

  private async findAccountKey(directoryUrl: string): Promise<string | undefined> {
    const row = await this.database.queryOne<{ sealed: string }>(sql.findAccount, [directoryUrl]);
    if (!row) return undefined;
    const key = this.open(row.sealed);
    if (key === undefined)
      throw new Error('The ACME account key was sealed with a secret that SESSION_SECRETS lacks');
    return key;
  }

  private open(sealed: string | null | undefined): string | undefined {
    const key = sealed == null ? undefined : this.seal.open('acme-keys', sealed);
    return typeof key === 'string' ? key : undefined;
  }
}
