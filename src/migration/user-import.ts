import { canonicalEmail } from '#contracts';
import type { CognitoAlgorithm, VerifyOptions } from '#password-hashes';
import { Injectable } from '@nestjs/common';
import { UserDirectory } from '../cognito/user-directory.js';
import { ImportRefusedError, UserImportJobs } from '../cognito/user-import-jobs.js';
import { Clock } from '../common/clock/clock.js';
import type { LegacyUser } from '../legacy/legacy-source.js';
import { csvWriter, HeaderError } from './import/csv-line.js';
import { removeFile } from './import/import-file.js';
import { ImportLinker } from './import/import-linker.js';
import { FileSender } from './import/file-sender.js';
import { fileLimits, FilesWriter, type WriteResult } from './import/files-writer.js';
import { Reimporter, type ReimportResult } from './import/reimporter.js';
import type { ImportFile, ImportState } from './persistence/imports.entities.js';
import { type CanaryState, Imports, type RejectedUser } from './persistence/imports.repository.js';
import type { Scannable } from './plan/address-duplicates.js';
import { type AttributeSettings, attributeCheck } from './plan/pool-attributes.js';

export { HeaderError, ImportRefusedError };
export { cell } from './plan/finding-files.js';
export { importStates } from './persistence/imports.entities.js';
export type { CanaryState, RejectedUser, ReimportResult };

/** Milliseconds between looks whether the canary has signed in. */
const canaryPoll = 2000;

export interface ImportSource {
  source: Scannable;
  hashes: VerifyOptions;
  attributes: AttributeSettings;
  /** Brings the copies of a read-only source up to date; `undefined` for an adopted table. */
  copy: ((users: readonly LegacyUser[]) => Promise<void>) | undefined;
  /** Marks users of a read-only source whose hash has changed since the import; `undefined` for an adopted table. */
  compare: ((users: readonly LegacyUser[]) => Promise<void>) | undefined;
}

export interface ImportOptions {
  dryRun: boolean;
  /** Deletes pool users of the import whose hash has changed at the source, and imports the users again. */
  reimport: boolean;
  algorithm: CognitoAlgorithm | undefined;
  limit: number;
  /** An address. */
  canary: string | undefined;
  /** Sends the rest though the canary has not signed in. */
  yes: boolean;
  roleArn: string | undefined;
  folder: string;
  limits?: typeof fileLimits;
  onProgress: (text: string) => void;
}

/**
 * Why a run ended before everybody was sent. `canary_waits`: nothing is sent before the canary has signed in. `canary_failed`: Cognito
 * did not import the canary. `canary_left_out`: the canary cannot be imported. `stopped`, `job_failed`: a job ended early.
 */
export type ImportEnd =
  | { kind: 'complete' }
  | { kind: 'canary_waits' | 'canary_failed'; canary: CanaryState }
  | { kind: 'canary_left_out'; reason: string }
  | { kind: 'stopped' }
  | { kind: 'job_failed'; status: string; message: string | undefined };

export interface ImportReport {
  jobs: WriteResult['jobs'];
  leftOut: { reason: string; rows: number }[];
  canary: CanaryState | null;
  states: Partial<Record<ImportState, number>>;
  /**
   * Users who have not signed in and whose hash has changed at the source since the import, without those who were reset. Absent after a
   * run if there are none.
   */
  changed?: number;
  /** With `reimport`. */
  reimport?: ReimportResult;
}

interface Run {
  source: ImportSource;
  options: ImportOptions;
  /** Aborts when the lock is lost. */
  signal: AbortSignal;
  written: WriteResult[];
  reimported?: ReimportResult;
}

/** Imports users with their hashes by Cognito's user import jobs: one run at a time, which continues what an earlier one began. */
@Injectable()
export class UserImport {
  constructor(
    private readonly imports: Imports,
    private readonly jobs: UserImportJobs,
    private readonly sender: FileSender,
    private readonly linker: ImportLinker,
    private readonly reimporter: Reimporter,
    private readonly directory: UserDirectory,
    private readonly clock: Clock,
  ) {}

  /** Whether the role that writes the log of a job has to be named. */
  get needsRole(): boolean {
    return this.jobs.needsRole;
  }

  isAdopted(): Promise<boolean> {
    return this.imports.isAdopted();
  }

  /**
   * @returns `undefined` while another process imports
   * @throws HeaderError, ImportRefusedError, AppError, and what `FileSender.send` throws
   */
  async run(
    source: ImportSource,
    options: ImportOptions,
  ): Promise<{ report: ImportReport; end: ImportEnd } | undefined> {
    let result: { report: ImportReport; end: ImportEnd } | undefined;
    await this.imports.exclusively(async (signal) => {
      const run: Run = { source, options, signal, written: [] };
      const end = options.dryRun ? await this.judge(run) : await this.importAll(run);
      result = { report: await this.report(run.written, run.reimported), end };
    });
    return result;
  }

  async status(): Promise<ImportReport & { changed: number; running: boolean; files: ImportFile[] }> {
    await this.reimporter.compareTable();
    const files = await this.imports.allFiles(this.jobs.userPoolId);
    const jobs = files.map(({ algorithm, rows }) => ({ algorithm, rows, files: 1 }));
    const running = !(await this.imports.exclusively(() => Promise.resolve()));
    return { changed: 0, ...(await this.report([{ jobs, leftOut: new Map() }])), running, files };
  }

  /**
   * Stops the running job, and files that were not sent. A run that waits for the job records its end; without one, the next run does.
   * @returns how many files were stopped
   */
  async stop(): Promise<number> {
    const { userPoolId } = this.jobs;
    const files = await this.imports.openFiles(userPoolId);
    await this.imports.requestStop(files.map(({ id }) => id));
    for (const { jobId, state } of files)
      if (jobId !== null && state === 'started') await this.stopJob(jobId);
    return files.length;
  }

  rejects(): AsyncIterable<RejectedUser[]> {
    return this.imports.rejects();
  }

  private async stopJob(id: string): Promise<void> {
    try {
      await this.jobs.stop(id);
    } catch (error) {
      // It has ended, or was not started.
      if (!(error instanceof ImportRefusedError)) throw error;
    }
  }

  private async judge(run: Run): Promise<ImportEnd> {
    const { canary, limit, reimport } = run.options;
    if (reimport) await this.reimport(run);
    const result = await this.write(run, { limit, ...(canary !== undefined && { canary }) });
    return canary !== undefined && result.jobs.length === 0 ? leftOutCanary(result) : { kind: 'complete' };
  }

  private async importAll(run: Run): Promise<ImportEnd> {
    await this.discard(
      ({ state, stopRequested }) => state === 'writing' || (stopRequested && state !== 'started'),
    );
    const { canary, reimport } = run.options;
    await this.reimporter.finishBegun();
    let end = await this.finishBegun(run);
    end ??= canary === undefined ? undefined : await this.sendCanary(run, canary);
    end ??= await this.checkCanary(run);
    if (end === undefined && reimport) await this.reimport(run);
    end ??= await this.sendRest(run);
    await this.link(run);
    return end;
  }

  private async reimport(run: Run): Promise<void> {
    const { source, attributes, hashes, compare } = run.source;
    const { dryRun, onProgress } = run.options;
    const judge = {
      hashes,
      checkAttributes: attributeCheck(await this.directory.describeSchema(), attributes),
    };
    run.reimported = await this.reimporter.run({
      source,
      judge,
      compare,
      dryRun,
      signal: run.signal,
      onProgress,
    });
  }

  /** Jobs that an earlier run has started, and its canary. */
  private async finishBegun(run: Run): Promise<ImportEnd | undefined> {
    const begun = (await this.openFiles()).filter(({ state, isCanary }) => state === 'started' || isCanary);
    const { end } = await this.sendAll(run, begun);
    await this.link(run);
    // That the earlier run was stopped does not stop this one.
    return end?.kind === 'stopped' ? undefined : end;
  }

  /** @returns why the canary was not sent; `undefined` also if an earlier run has sent it */
  private async sendCanary(run: Run, typed: string): Promise<ImportEnd | undefined> {
    const known = await this.imports.findCanary(this.jobs.userPoolId);
    if (known && canonicalEmail(known.email) === canonicalEmail(typed)) return undefined;
    const result = await this.write(run, { canary: typed, limit: 1 });
    if (result.jobs.length === 0) return leftOutCanary(result);
    const { end } = await this.sendAll(
      run,
      (await this.openFiles()).filter(({ isCanary }) => isCanary),
    );
    await this.link(run);
    return end;
  }

  /** With `--canary`, waits until the person has signed in. */
  private async checkCanary({ options, signal }: Run): Promise<ImportEnd | undefined> {
    for (;;) {
      const canary = await this.imports.findCanary(this.jobs.userPoolId);
      if (canary === undefined || canary.signedIn || options.yes) return undefined;
      if (canary.state === 'import_rejected' || canary.state === 'skipped')
        return { kind: 'canary_failed', canary };
      if (options.canary === undefined) return { kind: 'canary_waits', canary };
      options.onProgress(`waiting until ${canary.email} has signed in`);
      signal.throwIfAborted();
      await this.clock.sleep(canaryPoll);
    }
  }

  /** Users of files that cannot be sent any more are written again. */
  private async sendRest(run: Run): Promise<ImportEnd> {
    for (let limit = run.options.limit; limit > 0;) {
      await this.write(run, { limit });
      const { end, forgotten } = await this.sendAll(run, await this.openFiles());
      if (end) return end;
      limit = forgotten;
    }
    return { kind: 'complete' };
  }

  /** @returns why nothing more is sent, and the number of users whose files cannot be sent */
  private async sendAll(run: Run, files: ImportFile[]): Promise<{ end?: ImportEnd; forgotten: number }> {
    const { algorithm, onProgress, roleArn } = run.options;
    const { signal } = run;
    let forgotten = 0;
    for (const { id } of files) {
      signal.throwIfAborted();
      // As it is now: another process may have asked to stop.
      const file = await this.imports.findFile(id);
      if (file === null) continue;
      if (file.state === 'written' && algorithm !== undefined && file.algorithm !== algorithm) continue;
      if (file.stopRequested && file.state !== 'started') {
        await this.discard(({ state, stopRequested }) => stopRequested && state !== 'started');
        return { end: { kind: 'stopped' }, forgotten };
      }
      const sending = { roleArn, signal, onProgress };
      const result = await this.sender
        .send(file, sending)
        .catch((error: unknown) => this.afterRefusal(error));
      if (result.kind === 'forgotten' || result.status === 'Expired') forgotten += file.rows;
      else if (result.status === 'Stopped') return { end: { kind: 'stopped' }, forgotten };
      else if (result.status !== 'Succeeded') return { end: { ...result, kind: 'job_failed' }, forgotten };
    }
    return { forgotten };
  }

  /** No job reads the files on a pool that imports no hashes. */
  private async afterRefusal(error: unknown): Promise<never> {
    if (error instanceof ImportRefusedError && error.kind === 'unavailable')
      await this.discard(({ state }) => state !== 'started');
    throw error;
  }

  private async write(
    { source: { source, hashes, attributes, copy }, options, written }: Run,
    { canary, limit }: { canary?: string; limit: number },
  ): Promise<WriteResult> {
    const checkAttributes = attributeCheck(await this.directory.describeSchema(), attributes);
    const files = new FilesWriter(source, this.imports, {
      ...csvWriter(await this.jobs.readHeader(), attributes),
      ...{
        hashes,
        checkAttributes,
        copy,
        limit,
        now: this.clock.now(),
        userPoolId: this.jobs.userPoolId,
      },
      ...{ algorithm: options.algorithm, limits: options.limits ?? fileLimits },
      folder: options.dryRun ? undefined : options.folder,
      canary: canary === undefined ? undefined : canonicalEmail(canary),
      onProgress: (what, rows) => options.onProgress(`${what} of ${rows} users`),
    });
    const result = await files.write();
    written.push(result);
    return result;
  }

  private link({ options, signal }: Run): Promise<void> {
    return this.linker.link(options.onProgress, signal);
  }

  private openFiles(): Promise<ImportFile[]> {
    return this.imports.openFiles(this.jobs.userPoolId);
  }

  private async discard(isDiscarded: (file: ImportFile) => boolean): Promise<void> {
    for (const file of (await this.openFiles()).filter(isDiscarded)) {
      await this.imports.forget(file);
      removeFile(file.path);
    }
  }

  private async report(written: readonly WriteResult[], reimported?: ReimportResult): Promise<ImportReport> {
    const jobs = new Map<CognitoAlgorithm, { rows: number; files: number }>();
    for (const { algorithm, rows, files } of written.flatMap((result) => result.jobs)) {
      const job = jobs.get(algorithm) ?? { rows: 0, files: 0 };
      jobs.set(algorithm, { rows: job.rows + rows, files: job.files + files });
    }
    const changed = await this.reimporter.countChanged();
    // The latest pass has judged everybody. Users who are in a file are in `states`.
    const leftOut = [...(written.at(-1)?.leftOut ?? [])].filter(([reason]) => reason !== 'known');
    return {
      jobs: [...jobs].map(([algorithm, job]) => ({ algorithm, ...job })),
      leftOut: leftOut
        .map(([reason, rows]) => ({ reason, rows }))
        .sort((one, other) => other.rows - one.rows),
      canary: (await this.imports.findCanary(this.jobs.userPoolId)) ?? null,
      states: await this.imports.countStates(),
      ...(changed > 0 && { changed }),
      ...(reimported && { reimport: reimported }),
    };
  }
}

const leftOutCanary = ({ leftOut }: WriteResult): ImportEnd => ({
  kind: 'canary_left_out',
  reason: [...leftOut.keys()][0] ?? 'not_found',
});
