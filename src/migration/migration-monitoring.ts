import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { migrationStates } from '#contracts';
import { Log } from '../common/logging/log.js';
import { type Memoized, memoize } from '../common/metrics/memoize.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import { AccountLinkingService } from '../users/account-linking.service.js';
import { type Count, MigrationCounts } from './persistence/migration-counts.repository.js';

const cacheMs = 15_000;

@Injectable()
export class MigrationMonitoring {
  constructor(registry: Registry, linking: AccountLinkingService, counts: MigrationCounts, log: Log) {
    const migrations = new Counter({
      name: 'usher_migrations_total',
      help: 'People who migrated at a sign-in, by format of the legacy hash',
      labelNames: ['format'],
      registers: [registry],
    });
    linking.observe((format) => migrations.inc({ format }));
    registerGauges(
      registry,
      memoize(() => counts.read(), cacheMs, log, 'migration counts'),
    );
  }
}

function registerGauges(registry: Registry, counts: Memoized<Count[]>): void {
  registerGauge(
    registry,
    { name: 'usher_migration_people', help: 'People by migration state', labelNames: ['state'] },
    async () => {
      const rows = await counts();
      return (
        rows &&
        migrationStates.map((state) => ({
          labels: { state },
          value: sum(rows, (row) => row.state === state),
        }))
      );
    },
  );
  registerGauge(
    registry,
    {
      name: 'usher_migration_people_left',
      help: 'People who have not migrated, by format of the legacy hash',
      labelNames: ['format'],
    },
    async () => {
      const rows = await counts();
      // Only people who have not migrated have a format.
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
