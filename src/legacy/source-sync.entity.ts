import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The state of the latest sync of a source. */
@Entity('source_syncs', { schema: 'usher' })
export class SourceSyncState {
  /** `LEGACY_SOURCE`. */
  @PrimaryColumn('text')
  source!: string;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Where the next page begins; `null` at the beginning and after the end. */
  @Column('text', { nullable: true })
  position!: string | null;

  /** Rows read by the run that is in progress or was interrupted. */
  @Column('bigint')
  rows!: number;

  /** When a run last copied all rows and applied what is gone or blocked. */
  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

/** The ids that the run in progress has read. */
@Entity('source_sync_ids', { schema: 'usher' })
export class SourceSyncId {
  @PrimaryColumn('text')
  id!: string;

  @Column('boolean')
  blocked!: boolean;
}
