import { Injectable, Module } from '@nestjs/common';
import { certificateRenewalsQueue } from '../../acme/certificates.js';
import { deletionsQueue } from '../../admin/user-deletion.job.js';
import { Database } from '../../common/database/database.js';
import type { Queue } from '../../jobs/queue.js';
import { mailQueue } from '../../mail/outbox.js';
import { importBlocksQueue } from '../../migration/import-drift.job.js';
import { passwordChangesQueue } from '../../passwords/password-change.service.js';
import { emailChangeRollbacksQueue } from '../../registration/email-change-rollback.job.js';
import { sessionRevocationsQueue } from '../../sessions/session-revocation.service.js';
import { mfaChangesQueue } from '../../users/mfa-changes.repository.js';
import { type JobKind, jobKinds, type JobLine } from '../job-kinds.js';
import { inContextOf } from './command-context.js';

const queues: Record<JobKind, Queue> = {
  mails: mailQueue,
  deletions: deletionsQueue,
  'second-factor-changes': mfaChangesQueue,
  'password-changes': passwordChangesQueue,
  'session-revocations': sessionRevocationsQueue,
  'email-change-rollbacks': emailChangeRollbacksQueue,
  'import-blocks': importBlocksQueue,
  certificates: certificateRenewalsQueue,
};

/** Operator commands for background jobs. */
@Injectable()
export class JobsAdmin {
  constructor(private readonly database: Database) {}

  async lines(): Promise<JobLine[]> {
    const lines: JobLine[] = [];
    for (const kind of jobKinds) lines.push({ kind, ...(await queues[kind].figures(this.database)) });
    return lines;
  }

  /** @returns how many failed jobs of each kind are due now */
  async retry(kinds: readonly JobKind[]): Promise<{ kind: JobKind; due: number }[]> {
    const retried = [];
    for (const kind of kinds) retried.push({ kind, due: await queues[kind].retry(this.database) });
    return retried;
  }
}

@Module({ providers: [JobsAdmin] })
export class JobsCommandsModule {}

export const withJobs = inContextOf(JobsCommandsModule, JobsAdmin);
