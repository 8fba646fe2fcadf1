import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { migrationStates } from '#contracts';
import { Log } from '../platform/logging/log.js';
import { Cached } from '../platform/metrics/cached.js';
import { readGauge } from '../platform/metrics/read-gauge.js';
import { UserLinkingService } from '../users/user-linking.service.js';
import { type Count, MigrationCounts } from './persistence/migration-counts.repository.js';

const keptMs = 15_000;

@Injectable()
export class MigrationMonitoring {
  constructor(registry: Registry, linking: UserLinkingService, counts: MigrationCounts, log: Log) {
    const migrations = new Counter({
      name: 'usher_migrations_total',
      help: 'People who moved to the pool with a sign-in here, by how the old hash begins',
      labelNames: ['format'],
      registers: [registry],
    });
    linking.observe((format) => migrations.inc({ format }));
    readCounts(registry, new Cached(() => counts.read(), keptMs, log, 'the counts of the migration'));
  }
}

function readCounts(registry: Registry, counts: Cached<Count[]>): void {
  readGauge(
    registry,
    { name: 'usher_migration_people', help: 'People by state of the migration', labelNames: ['state'] },
    async () => {
      const rows = await counts.get();
      return (
        rows &&
        migrationStates.map((state) => ({
          labels: { state },
          value: sum(rows, (row) => row.state === state),
        }))
      );
    },
  );
  readGauge(
    registry,
    {
      name: 'usher_migration_people_left',
      help: 'People who have yet to move, by how their hash begins',
      labelNames: ['format'],
    },
    async () => {
      const rows = await counts.get();
      // Only those who have yet to move have one.
      const formats = new Set(rows?.flatMap(({ format }) => format ?? []));
      return (
        rows &&
        [...formats].map((format) => ({
          labels: { format },
          value: sum(rows, (row) => row.format === format),
        }))
      );
    },
  );
}

const sum = (rows: Count[], which: (row: Count) => boolean): number =>
  rows.filter(which).reduce((people, row) => people + row.people, 0);
