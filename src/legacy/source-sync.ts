import { Inject, Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { type LegacySourceConfig, legacySourceConfig } from '../common/config/legacy-source.config.js';
import { Database, type Statement } from '../common/database/database.js';
import { isNotSignedIn } from '../users/imported-users.sql.js';
import { nowForRails } from '../users/user-lookup.sql.js';
import { LegacyCopies } from './copies.repository.js';
import { legacySource } from './legacy-accounts.js';
import type { LegacySource, Page } from './legacy-source.js';
import { SourceSyncId, SourceSyncState } from './source-sync.entity.js';

export interface SyncOptions {
  /** Reads all rows again, also those that an interrupted run has read. */
  full?: boolean;
  /** Applies also what takes away more than a tenth of the people. */
  yes?: boolean;
  /** Called after each page with the number of rows read. */
  onProgress?: (rows: number) => void;
}

export interface SyncResult {
  /** Rows of the source. */
  rows: number;
  /** People whom the source no longer has, or blocks since the last sync. */
  gone: number;
  blocked: number;
  /** False if that is more than a tenth of 100 people or more: nobody was taken away, and an operator has to decide. */
  applied: boolean;
}

/** Rows of a page: one statement copies them. */
const pageSize = 1000;

/** Must be the same in all versions ("source" on a phone keypad). */
const lockKey = 768_723;

/** From this number of people on, a sync takes away no more than a tenth of them without a decision. */
const manyPeople = 100;
const largestShare = 0.1;

/** For statements that read the whole table. */
const patienceMs = 600_000;

const insertIds: Statement = {
  name: 'source-sync-insert-ids',
  text: `
    INSERT INTO usher.source_sync_ids (id, blocked)
    SELECT * FROM unnest($1::text[], $2::boolean[]) ON CONFLICT (id) DO UPDATE SET blocked = excluded.blocked`,
};

/** Copies that have not migrated; a migrated user stays, whatever the source says. An imported one migrates with the first sign-in. */
const isCopy = `usher_legacy_id IS NOT NULL AND usher_erased_at IS NULL AND (cognito_sub IS NULL OR ${isNotSignedIn})`;
const isLeft = `${isCopy} AND usher_legacy_skipped IS NULL`;

const joinIds = `
  FROM users LEFT JOIN usher.source_sync_ids AS read ON read.id = usher_legacy_id WHERE ${isLeft}`;

const countLosses: Statement = {
  name: 'source-sync-count-losses',
  patienceMs,
  text: `
    SELECT count(*)::int AS people, count(*) FILTER (WHERE read.id IS NULL)::int AS gone,
      count(*) FILTER (WHERE read.blocked)::int AS blocked ${joinIds}`,
};

const applyLosses: Statement = {
  name: 'source-sync-apply-losses',
  patienceMs,
  text: `
    UPDATE users SET usher_legacy_skipped = lost.reason, updated_at = ${nowForRails}
    FROM (SELECT users.id, CASE WHEN read.id IS NULL THEN 'gone' ELSE 'blocked' END AS reason ${joinIds}
      AND (read.id IS NULL OR read.blocked)) AS lost
    WHERE users.id = lost.id AND ${isLeft}`,
};

/** Copies that are not linked are written with the page. */
const liftBlocks: Statement = {
  name: 'source-sync-lift-blocks',
  patienceMs,
  text: `
    UPDATE users SET usher_legacy_skipped = NULL, updated_at = ${nowForRails}
    FROM usher.source_sync_ids AS read
    WHERE read.id = usher_legacy_id AND NOT read.blocked AND usher_legacy_skipped IS NOT NULL AND cognito_sub IS NOT NULL AND ${isCopy}`,
};

/**
 * Copies the people of a read-only source, for the counts, for addresses with capitals, and for people who share an address. Continues
 * an interrupted run: a page is copied in the transaction that stores the position after it.
 */
@Injectable()
export class SourceSync {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly copies: LegacyCopies,
    @Inject(legacySourceConfig.KEY) private readonly config: LegacySourceConfig,
    @Inject(legacySource) private readonly source: LegacySource | undefined,
  ) {}

  get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Ends a run after the current page; the next run continues there. */
  stop(): void {
    this.stopping.abort();
  }

  /**
   * @returns `undefined` while another process syncs
   * @throws AppError `legacy.unavailable`; SourceError for rows that cannot be read; TypeError without a read-only source
   */
  async run(options: SyncOptions = {}): Promise<SyncResult | undefined> {
    let result: SyncResult | undefined;
    await this.database.exclusively(lockKey, async (lost) => {
      result = await this.copyAll(options, lost);
    });
    return result;
  }

  private async copyAll({ full, yes, onProgress }: SyncOptions, lost: AbortSignal): Promise<SyncResult> {
    const { source } = this;
    if (source === undefined) throw new TypeError('there is no read-only source');
    let { position, rows } = await this.begin(full ?? false);
    do {
      AbortSignal.any([lost, this.stopping.signal]).throwIfAborted();
      const page = await source.scan(position ?? undefined, pageSize);
      rows += page.users.length;
      await this.copy(page, rows);
      onProgress?.(rows);
      position = page.next ?? null;
    } while (position !== null);
    return { rows, ...(await this.end(yes ?? false)) };
  }

  /** @returns where to continue */
  private async begin(full: boolean): Promise<{ position: string | null; rows: number }> {
    const source = this.config.source ?? '';
    return this.database.transaction(async () => {
      const state = await this.database.with(SourceSyncState, (states) => states.findOneBy({ source }));
      if (state?.position && !full) return { position: state.position, rows: state.rows };
      await this.database.with(SourceSyncId, (ids) => ids.clear());
      const began = { startedAt: () => 'now()', position: null, rows: 0 };
      await this.database.with(SourceSyncState, async (states) => {
        if (state) await states.update({ source }, began);
        else await states.insert({ source, ...began, completedAt: null });
      });
      return { position: null, rows: 0 };
    });
  }

  private async copy({ users, next }: Page, rows: number): Promise<void> {
    await this.database.transaction(async () => {
      await this.copies.write(users, { keepBlocks: true });
      await this.copies.compareImports(users);
      await this.database.query(insertIds, [users.map(({ id }) => id), users.map(({ blocked }) => blocked)]);
      await this.update({ position: next ?? null, rows });
    });
  }

  private end(yes: boolean): Promise<Omit<SyncResult, 'rows'>> {
    return this.database.transaction(async () => {
      await this.database.query(liftBlocks);
      const counts = await this.database.queryOne<Record<'people' | 'gone' | 'blocked', number>>(countLosses);
      const { people = 0, gone = 0, blocked = 0 } = counts ?? {};
      const applied = yes || people < manyPeople || gone + blocked <= people * largestShare;
      if (applied) {
        await this.database.query(applyLosses);
        await this.update({ completedAt: () => 'now()' });
      }
      return { gone, blocked, applied };
    });
  }

  private async update(values: QueryDeepPartialEntity<SourceSyncState>): Promise<void> {
    const source = this.config.source ?? '';
    await this.database.with(SourceSyncState, (states) => states.update({ source }, values));
  }
}
