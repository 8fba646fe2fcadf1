/** Plans the migration of a database with the built code, once per message. Arguments: connection string. */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { legacyRowsConfig } from '../../../dist/src/common/config/migration.config.js';
import { AdoptedTableSource } from '../../../dist/src/legacy/adopted-table.source.js';
import { planMigration } from '../../../dist/src/migration/migration-plan.js';
import { answerTo } from '../measure/worker.js';

const [databaseUrl] = process.argv.slice(2);

async function plan() {
  const source = await AdoptedTableSource.open(databaseUrl, legacyRowsConfig.read({}));
  const startedAt = performance.now();
  const { plan: made } = await planMigration(source, { now: new Date(), hashes: {} });
  const seconds = (performance.now() - startedAt) / 1000;
  await source.close();
  return { rows: made.rows, rowsPerSecond: made.rows / seconds, peakKib: process.resourceUsage().maxRSS };
}

answerTo(plan);
