import { hash as digestOf, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { normaliseEmail } from '#contracts';
import { type CognitoAlgorithm, toCognitoHash, type VerifyOptions } from '#password-hashes';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import type { ImportFile } from '../persistence/imports.entities.js';
import type { Candidate, Imports } from '../persistence/imports.repository.js';
import { findSharedAddresses, readAll, type Scannable } from '../plan/address-duplicates.js';
import { addressOf, type JudgeOptions, judgePerson, judgeRow } from '../plan/judge-row.js';
import type { CsvLine } from './csv-line.js';
import { ImportFileWriter, removeFile } from './import-file.js';

/** Cognito's limits for a file ("Quotas", user import), the header included. Bytes: below 100 MB in both meanings. */
export const fileLimits = { rows: 500_000, bytes: 100_000_000 };

/** Candidates that one statement claims. */
const batchSize = 2000;

export interface WriteOptions extends JudgeOptions {
  hashes: VerifyOptions;
  header: string;
  line: CsvLine;
  /** For locks that end. */
  now: Date;
  userPoolId: string;
  /** The folder of the files. `undefined`: nothing is written. */
  folder: string | undefined;
  /** Only this one. */
  algorithm: CognitoAlgorithm | undefined;
  /** The largest number of users. */
  limit: number;
  /** Only the user with this address. */
  canary: string | undefined;
  limits: typeof fileLimits;
  onProgress: (text: string, rows: number) => void;
  /** Brings the copies of a read-only source up to date; `undefined` for an adopted table. */
  copy: ((users: readonly LegacyUser[]) => Promise<void>) | undefined;
}

export interface WriteResult {
  jobs: { algorithm: CognitoAlgorithm; rows: number; files: number }[];
  /** `known`: in a file of this or an earlier run. */
  leftOut: Map<string, number>;
}

interface Entry {
  user: LegacyUser;
  candidate: Candidate;
  line: string;
}

interface OpenFile {
  record: ImportFile;
  /** `undefined`: nothing is written. */
  writer: ImportFileWriter | undefined;
  rows: number;
  bytes: number;
}

/**
 * Writes everybody who may sign in, has not migrated and has a hash that Cognito imports into files, one algorithm a file. Reads the
 * source twice: the first time for addresses that users share. Memory does not grow with the number of users, except 26 bytes for each
 * address.
 */
export class FilesWriter {
  private readonly open = new Map<CognitoAlgorithm, OpenFile>();
  private readonly batches = new Map<CognitoAlgorithm, Entry[]>();
  private readonly jobs = new Map<CognitoAlgorithm, { rows: number; files: number }>();
  private readonly leftOut = new Map<string, number>();
  private written = 0;
  /** The claim in progress, while the next users are judged. */
  private claiming: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: Scannable,
    private readonly imports: Imports,
    private readonly options: WriteOptions,
  ) {}

  async write(): Promise<WriteResult> {
    const { onProgress, folder, canary } = this.options;
    if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const shared = await findSharedAddresses(this.source, (rows) => onProgress('compared addresses', rows));
    try {
      let rows = 0;
      for await (const { users } of readAll(this.source)) {
        for (const user of users) {
          if (canary === undefined || addressOf(user) === canary) await this.add(user, shared);
        }
        onProgress('judged', (rows += users.length));
      }
      for (const algorithm of this.batches.keys()) await this.flush(algorithm);
      await this.claiming;
      for (const file of this.open.values()) await this.close(file);
      this.open.clear();
      if (folder !== undefined) await this.imports.analyse();
    } finally {
      await this.claiming.catch(() => undefined);
      for (const { record, writer } of this.open.values()) {
        writer?.discard();
        // The next run forgets it otherwise.
        if (writer) await this.imports.forget(record).catch(() => undefined);
      }
    }
    return { jobs: [...this.jobs].map(([algorithm, job]) => ({ algorithm, ...job })), leftOut: this.leftOut };
  }

  private async add(user: LegacyUser, shared: ReadonlySet<string>): Promise<void> {
    const found = this.judge(user, shared);
    if (typeof found === 'string') {
      this.leave(found);
      return;
    }
    const { algorithm, ...entry } = found;
    let batch = this.batches.get(algorithm);
    if (!batch) this.batches.set(algorithm, (batch = []));
    batch.push(entry);
    if (batch.length >= batchSize) await this.flush(algorithm);
  }

  /** @returns the reason if the user is in no file */
  private judge(
    user: LegacyUser,
    shared: ReadonlySet<string>,
  ): (Entry & { algorithm: CognitoAlgorithm }) | string {
    const { options } = this;
    if (user.migrated) return 'migrated';
    const { address, isBlocked, findings } = judgePerson(user, options);
    if (isBlocked || address === undefined) return findings[0] ?? 'blocked';
    if (shared.has(address)) return 'address_duplicate';
    const stored = user.passwordHash ?? '';
    const converted = toCognitoHash(stored, options.hashes);
    if ('reason' in converted)
      return judgeRow(user, options).findings.find((id) => id.startsWith('hash_')) ?? converted.reason;
    if (user.lockedUntil !== null && user.lockedUntil > options.now) return 'locked';
    if (findings[0] !== undefined) return findings[0];
    const { algorithm, hash } = converted;
    if (options.algorithm !== undefined && algorithm !== options.algorithm) return 'other_algorithm';
    const line = options.line(user, address, hash);
    if (line === undefined) return 'not_writable';
    const email = options.copy ? normaliseEmail(user.email ?? '') : (user.email ?? '');
    const candidate = { legacyId: user.id, email, hashDigest: digestOf('sha256', stored).slice(0, 32) };
    return { user, candidate, line, algorithm };
  }

  private leave(reason: string, rows = 1): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + rows);
  }

  private async flush(algorithm: CognitoAlgorithm): Promise<void> {
    const entries = this.batches.get(algorithm)?.splice(0) ?? [];
    await this.claiming;
    this.claiming = this.writeAll(algorithm, entries);
    // Awaited at the next batch.
    this.claiming.catch(() => undefined);
  }

  private async writeAll(algorithm: CognitoAlgorithm, entries: Entry[]): Promise<void> {
    for (let at = 0; at < entries.length;) {
      const left = this.options.limit - this.written;
      if (left <= 0) {
        this.leave('limit', entries.length - at);
        return;
      }
      const file = await this.fileFor(algorithm);
      const fitting = this.fitting(file, entries, at, left);
      if (fitting.length > 0) await this.writeInto(file, fitting);
      at += fitting.length;
      if (fitting.length === 0 || file.rows >= this.options.limits.rows) {
        await this.close(file);
        this.open.delete(algorithm);
      }
    }
  }

  /** The next entries of which all fit, also if all rows allow them. */
  private fitting({ rows, bytes }: OpenFile, entries: Entry[], from: number, left: number): Entry[] {
    const { limits } = this.options;
    const most = Math.min(limits.rows - rows, left, entries.length - from);
    let [count, size] = [0, bytes];
    for (; count < most; count += 1) {
      size += Buffer.byteLength(entries[from + count]?.line ?? '') + 1;
      if (size > limits.bytes) break;
    }
    return entries.slice(from, from + count);
  }

  /** @param mayCopy whether users whose copy is missing or old are copied, and tried again */
  private async writeInto(file: OpenFile, entries: Entry[], mayCopy = true): Promise<void> {
    const { copy } = this.options;
    const refused = await this.claim(file, entries);
    const stale = copy && mayCopy ? entries.filter((entry) => isStale(refused.get(entry))) : [];
    for (const entry of entries) {
      const reason = refused.get(entry);
      if (reason === undefined || (stale.length > 0 && isStale(reason) && !file.writer))
        this.put(file, entry);
      else if (stale.length === 0 || !isStale(reason)) this.leave(reason);
    }
    if (!copy || stale.length === 0 || !file.writer) return;
    await copy(stale.map(({ user }) => user));
    await this.writeInto(file, stale, false);
  }

  private async claim(file: OpenFile, entries: Entry[]): Promise<Map<Entry | undefined, string>> {
    const candidates = entries.map(({ candidate }) => candidate);
    const mode = this.options.copy ? 'copies' : 'table';
    const target = file.writer && { id: file.record.id, rows: file.rows };
    const refused = await this.imports.claim(candidates, mode, target);
    return new Map(refused.map(({ position, reason }) => [entries[position - 1], reason]));
  }

  private put(file: OpenFile, { line }: Entry): void {
    file.writer?.add(line);
    file.rows += 1;
    file.bytes += Buffer.byteLength(line) + 1;
    this.written += 1;
  }

  private async fileFor(algorithm: CognitoAlgorithm): Promise<OpenFile> {
    const known = this.open.get(algorithm);
    if (known) return known;
    const { folder, userPoolId, canary, header } = this.options;
    const jobName = `usher-${algorithm.toLowerCase().replace('_', '-')}-${randomBytes(8).toString('hex')}`;
    const path = resolve(folder ?? '', `${jobName}.csv`);
    const isCanary = canary !== undefined;
    const values = { userPoolId, algorithm, jobName, path, isCanary };
    const file: OpenFile = {
      record: folder === undefined ? (values as ImportFile) : await this.imports.createFile(values),
      writer: folder === undefined ? undefined : new ImportFileWriter(path, header),
      rows: 0,
      bytes: Buffer.byteLength(header) + 1,
    };
    this.open.set(algorithm, file);
    return file;
  }

  private async close({ record, writer, rows, bytes }: OpenFile): Promise<void> {
    if (rows > 0) {
      const job = this.jobs.get(record.algorithm) ?? { rows: 0, files: 0 };
      this.jobs.set(record.algorithm, { rows: job.rows + rows, files: job.files + 1 });
    }
    if (!writer) return;
    const digest = writer.end();
    if (rows > 0) await this.imports.updateFile(record, { state: 'written', rows, bytes, digest });
    else {
      await this.imports.forget(record);
      removeFile(record.path);
    }
  }
}

const isStale = (reason: string | undefined): boolean => reason === 'not_copied' || reason === 'changed';
