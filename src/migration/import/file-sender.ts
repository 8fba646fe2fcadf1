import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock/clock.js';
import { ImportLogReader } from '../../cognito/import-log.reader.js';
import { PoolSettingsReader } from '../../cognito/pool-settings.reader.js';
import { UploadRefusedError, type UserImportJob, UserImportJobs } from '../../cognito/user-import-jobs.js';
import type { ImportFile } from '../persistence/imports.entities.js';
import { Imports } from '../persistence/imports.repository.js';
import { isIntact, removeFile } from './import-file.js';
import { JobLog } from './job-log.js';

const ended = ['Expired', 'Failed', 'Stopped', 'Succeeded'];

/** Milliseconds between requests for the status: at first, and at most. */
const firstPoll = 100;
const longestPoll = 15_000;

/** Milliseconds for the log to become complete after the end of a job. */
const logPatience = 120_000;

/**
 * `forgotten`: the file cannot be sent, and its users will be in another one. Otherwise Cognito's status at the end of the job.
 */
export type SentResult =
  { kind: 'forgotten' } | { kind: 'done'; status: string; message: string | undefined; missing: number };

/** The log of a job that has ended is not complete. */
export class LogIncompleteError extends Error {}

export interface SendOptions {
  roleArn: string | undefined;
  /** Aborts when the lock is lost. */
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/**
 * Sends a file as a user import job, waits for its end and records its log. Continues wherever an earlier run was killed: every step
 * is recorded before it is taken, and a job whose creation was not recorded is found by its name.
 */
@Injectable()
export class FileSender {
  constructor(
    private readonly imports: Imports,
    private readonly jobs: UserImportJobs,
    private readonly logs: ImportLogReader,
    private readonly settings: PoolSettingsReader,
    private readonly clock: Clock,
  ) {}

  /** @throws ImportRefusedError, LogIncompleteError, JobLogError, AppError; system errors of the upload */
  async send(file: ImportFile, options: SendOptions): Promise<SentResult> {
    let job = await this.findJob(file);
    if (file.state === 'started') {
      if (job === undefined) return this.forget(file);
      if (job.status === 'Created') job = await this.start(job);
    } else {
      const isUnsent = job === undefined || job.status === 'Created';
      if (isUnsent && !(await isIntact(file))) return this.forget(file);
      if (isUnsent) job = await this.upload(file, job, options);
      // After the update, because users of a job that runs may be in the pool.
      if (!(await this.imports.markSent(file)) && isUnsent) return this.forget(file);
      if (isUnsent && job) job = await this.start(job);
    }
    if (job === undefined) return this.forget(file);
    return this.settle(file, await this.wait(job, file, options), options);
  }

  private findJob({ jobId, jobName, state }: ImportFile): Promise<UserImportJob | undefined> {
    if (jobId !== null) return this.jobs.describe(jobId);
    return state === 'sending' ? this.jobs.find(jobName) : Promise.resolve(undefined);
  }

  /** Creates a job unless there is one, and uploads the file. A URL that has expired needs a new job; the old one is never started. */
  private async upload(
    file: ImportFile,
    known: UserImportJob | undefined,
    { roleArn, onProgress }: SendOptions,
  ): Promise<UserImportJob> {
    for (let job = known; ; job = undefined) {
      const isNew = job === undefined;
      if (job === undefined) {
        if (file.state === 'sending') file.jobName = renewed(file.jobName);
        await this.imports.updateFile(file, { state: 'sending', jobName: file.jobName, jobId: null });
        file.state = 'sending';
        job = await this.jobs.create(file.jobName, file.algorithm, roleArn);
      }
      await this.imports.updateFile(file, { jobId: job.id });
      onProgress(`uploading ${file.bytes} bytes`);
      try {
        if (job.uploadUrl !== undefined) {
          await this.jobs.upload(job.uploadUrl, file.path, file.bytes);
          return job;
        }
      } catch (error) {
        if (isNew || !(error instanceof UploadRefusedError)) throw error;
      }
      if (isNew) throw new UploadRefusedError('The job has no URL for the upload.');
    }
  }

  private async start(job: UserImportJob): Promise<UserImportJob> {
    try {
      await this.jobs.start(job.id);
    } catch (error) {
      // The request may have succeeded.
      const now = await this.jobs.describe(job.id);
      if (now === undefined || now.status === 'Created') throw error;
    }
    return job;
  }

  private async wait(
    { id }: UserImportJob,
    file: ImportFile,
    { signal, onProgress }: SendOptions,
  ): Promise<UserImportJob | undefined> {
    for (let pause = firstPoll; ; pause = Math.min(pause * 1.5, longestPoll)) {
      signal.throwIfAborted();
      const job = await this.jobs.describe(id);
      if (job === undefined || ended.includes(job.status)) return job;
      onProgress(`${file.algorithm}: ${job.settled} of ${file.rows} users, ${job.status}`);
      await this.clock.sleep(pause);
    }
  }

  private async settle(
    file: ImportFile,
    job: UserImportJob | undefined,
    options: SendOptions,
  ): Promise<SentResult> {
    if (job === undefined) return this.forget(file);
    const log = await this.readLog(file, job, options);
    const result = log.result();
    const message = job.message ?? null;
    await this.imports.settle(file, result, { jobStatus: job.status, message });
    removeFile(file.path);
    return { kind: 'done', status: job.status, message: job.message, missing: result.missing.length };
  }

  /** CloudWatch shows lines some seconds after the job has written them. */
  private async readLog(
    file: ImportFile,
    job: UserImportJob,
    { signal, onProgress }: SendOptions,
  ): Promise<JobLog> {
    const { Name: poolName = '' } = await this.settings.describePool();
    const until = this.clock.elapsed() + logPatience;
    for (let pause = firstPoll; ; pause = Math.min(pause * 2, longestPoll)) {
      signal.throwIfAborted();
      const log = new JobLog(file.rows);
      for await (const messages of this.logs.read(job, poolName)) {
        for (const text of messages) log.add(text);
        onProgress(`read ${log.lines} lines of the log`);
      }
      if (log.lines >= job.settled) return log;
      if (this.clock.elapsed() > until)
        throw new LogIncompleteError(`The log of job ${job.id} has ${log.lines} of ${job.settled} users.`);
      await this.clock.sleep(pause);
    }
  }

  private async forget(file: ImportFile): Promise<SentResult> {
    await this.imports.forget(file);
    removeFile(file.path);
    return { kind: 'forgotten' };
  }
}

const renewed = (jobName: string): string => jobName.replace(/[\da-f]{16}$/, randomBytes(8).toString('hex'));
