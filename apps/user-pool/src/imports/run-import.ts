import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Services } from '../context.js';
import type { ImportJob, Pool } from '../state/records.js';
import { checkFile, readLines, splitRow, UnreadableFile, type Line } from './csv-file.js';
import { csvHeader, hashColumn } from './csv-header.js';
import { isActive } from './import-jobs.js';
import { importRow, type RowResult } from './import-row.js';

/** Lines between two turns of the event loop: some milliseconds. */
const sliceSize = 200;

/** From so many lines on, a job fails once more than half of its users have failed or been skipped. */
const fewestLines = 100;

/** Continues the job that the end of the last process interrupted. */
export function resumeImport(services: Services): void {
  const job = [...services.database.importJobs()].find(isActive);
  if (job) services.importRunner.start((signal) => runImport(services, job.id, signal));
}

/** Imports the users of a started job. Never throws: the job has the result. */
export async function runImport(services: Services, id: string, signal: AbortSignal): Promise<void> {
  try {
    await nextTurn();
    await importFile(services, id, signal);
  } catch (error) {
    const isFault = !(error instanceof UnreadableFile);
    if (isFault) console.error(error);
    const message = isFault ? 'The import job failed because of an internal error.' : error.message;
    endImport(services, id, { status: 'Failed', message });
  }
}

async function importFile(services: Services, id: string, signal: AbortSignal): Promise<void> {
  const { database, importFiles } = services;
  const job = database.importJob(id);
  const pool = database.pool(job?.poolId ?? '');
  if (!job || !pool) return;
  const file = importFiles.csv(id);
  const columns = await checkFile(file, columnsOf(services, pool, job));
  // It may have been stopped meanwhile.
  if (database.importJob(id)?.status === 'Pending') update(services, id, { status: 'InProgress' });
  prepareLog(services, job);
  for await (const lines of readLines(file, job.bytesDone)) {
    for (let at = 0; at < lines.length; at += sliceSize) {
      await nextTurn();
      if (signal.aborted) return;
      const current = database.importJob(id);
      if (!current) return;
      if (current.status === 'Stopping') {
        const message = 'The Import Job was stopped by the developer.';
        return endImport(services, id, { status: 'Stopped', message });
      }
      if (!importSlice(services, { pool, job: current }, columns, lines.slice(at, at + sliceSize))) {
        const message = 'Too many users have failed or been skipped during the import.';
        return endImport(services, id, { status: 'Failed', message });
      }
    }
  }
  endImport(services, id, { status: 'Succeeded', message: 'Import Job Completed Successfully.' });
}

function columnsOf(services: Services, pool: Pool, { algorithm }: ImportJob) {
  const columns = csvHeader(services, pool).filter((column) => column !== hashColumn);
  return algorithm
    ? { columns: [...columns, hashColumn], optional: [] }
    : { columns, optional: [hashColumn] };
}

/** Removes what an interrupted process wrote after its last slice. */
function prepareLog({ importFiles }: Services, { id, logLength }: ImportJob): void {
  const log = importFiles.log(id);
  if (logLength === 0) writeFileSync(log, '', { mode: 0o600 });
  else truncateSync(log, logLength);
}

/**
 * Imports the users and stores the progress in one step, so that a restart continues after the last stored user.
 * @returns false if too many users have failed or been skipped
 */
function importSlice(
  services: Services,
  { pool, job }: { pool: Pool; job: ImportJob },
  columns: string[],
  lines: Line[],
): boolean {
  const done = { ...job };
  let log = '';
  services.database.together(() => {
    for (const { text, end } of lines) {
      done.linesDone += 1;
      done.bytesDone = end;
      // The first line is the header.
      if (done.linesDone === 1 || text.trim() === '') continue;
      const result = importRow(services, { pool, job }, columns, splitRow(text));
      count(done, result);
      log += `${services.clock.now()} [${result.outcome}] Line Number ${done.linesDone} - ${result.text}\n`;
      if (hasTooManyFailures(done)) break;
    }
    done.logLength += Buffer.byteLength(log);
    appendFileSync(services.importFiles.log(job.id), log);
    services.database.saveImportJob(done);
  });
  return !hasTooManyFailures(done);
}

function count(job: ImportJob, { outcome }: RowResult): void {
  if (outcome === 'SUCCEEDED') job.imported += 1;
  else if (outcome === 'SKIPPED') job.skipped += 1;
  else job.failed += 1;
}

function hasTooManyFailures({ imported, skipped, failed }: ImportJob): boolean {
  const all = imported + skipped + failed;
  return all >= fewestLines && skipped + failed > all / 2;
}

function endImport(services: Services, id: string, result: Pick<ImportJob, 'status' | 'message'>): void {
  update(services, id, { ...result, completedAt: services.clock.now() });
  services.importFiles.removeCsv(id);
}

function update({ database }: Services, id: string, changes: Partial<ImportJob>): void {
  const job = database.importJob(id);
  if (job) database.saveImportJob({ ...job, ...changes });
}
