import type { CognitoAlgorithm } from '#password-hashes';
import type { UserId } from '#contracts';
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { LeasedRow } from '../../jobs/leased-queue.js';

/**
 * `writing`: incomplete. `written`: complete, and no job is known. `sending`: a job with this name may exist. `started`: the job may
 * run. `done`: the log was read, and the file is deleted.
 */
export type ImportFileState = 'writing' | 'written' | 'sending' | 'started' | 'done';

/**
 * `import_sent` in a file that is `done`: imported, but the pool user was not read yet. `reimporting`: unlinked, and the pool user is
 * deleted, so that the user can be in a later file.
 */
export const importStates = [
  'import_written',
  'import_sent',
  'imported',
  'reimporting',
  'import_rejected',
  'skipped',
] as const;
export type ImportState = (typeof importStates)[number];

/** A file of `usher migration import`: the users of one import job. */
@Entity('import_files', { schema: 'usher' })
@Unique('import_files_job_name_key', ['jobName'])
export class ImportFile {
  @PrimaryGeneratedColumn('identity', { type: 'int4', generatedIdentity: 'ALWAYS' })
  readonly id!: number;

  @Column('text', { name: 'user_pool_id' })
  userPoolId!: string;

  @Column('text')
  algorithm!: CognitoAlgorithm;

  /** Random, so that a job is found by it whatever happened after the request that created it. */
  @Column('text', { name: 'job_name' })
  jobName!: string;

  @Column('text')
  path!: string;

  /** The job of one of `--canary`. */
  @Column('boolean', { name: 'is_canary' })
  isCanary!: boolean;

  @Column('text')
  state!: ImportFileState;

  /** Without the header. */
  @Column('int4', { default: 0 })
  rows!: number;

  @Column('bigint', { default: 0 })
  bytes!: number;

  /** SHA-256 of a complete file. */
  @Column('bytea', { nullable: true })
  digest!: Buffer | null;

  @Column('text', { name: 'job_id', nullable: true })
  jobId!: string | null;

  /** Cognito's status at the end. */
  @Column('text', { name: 'job_status', nullable: true })
  jobStatus!: string | null;

  /** Cognito's reason for a failed job. */
  @Column('text', { nullable: true })
  message!: string | null;

  /** `usher migration import stop` */
  @Column('boolean', { name: 'stop_requested', default: false })
  stopRequested!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}

/** A user in a line of a file. */
@Entity('imports', { schema: 'usher' })
@Index('imports_by_line', ['fileId', 'line'], { unique: true })
@Index('imports_changed', ['userId'], { where: 'changed_at IS NOT NULL' })
export class ImportedUser {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('int4', { name: 'file_id' })
  fileId!: number;

  /** From 1, without the header. */
  @Column('int4')
  line!: number;

  @Column('text')
  state!: ImportState;

  /** The first 16 bytes of the SHA-256 of the stored hash, as the source had it. */
  @Column('bytea', { name: 'hash_digest' })
  hashDigest!: Buffer;

  /** Of the pool user that the import made. */
  @Column('text', { nullable: true })
  sub!: string | null;

  /** What the log says of a line that was not imported; why a user with a changed hash was not imported again. */
  @Column('text', { nullable: true })
  reason!: string | null;

  /** When the source was first seen with another hash; `null`: it has the imported one. Has no meaning after the first sign-in. */
  @Column('timestamptz', { name: 'changed_at', nullable: true })
  changedAt!: Date | null;

  /** The pool user was reset because the hash has changed. */
  @Column('timestamptz', { name: 'reset_at', nullable: true })
  resetAt!: Date | null;
}

/**
 * `disabling`, `enabling`: the pool user is to be changed. `disabled`: `usher` has disabled the pool user, and enables it when the source
 * lifts the block. `left`: it was disabled already.
 */
export type ImportBlockState = 'disabling' | 'disabled' | 'left' | 'enabling';

/** An imported user whom the source has blocked since. */
@Entity('import_blocks', { schema: 'usher' })
export class ImportBlock extends LeasedRow {
  @PrimaryColumn('bigint', { name: 'user_id' })
  userId!: UserId;

  @Column('text', { default: 'disabling' })
  state!: ImportBlockState;

  /** Whether the pool user was enabled before the job disabled it, recorded before; `null`: not known yet. */
  @Column('boolean', { name: 'was_enabled', nullable: true })
  wasEnabled!: boolean | null;

  @Column('timestamptz', { name: 'requested_at', default: () => 'now()' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'next_try_at', default: () => 'now()' })
  nextTryAt!: Date;
}
