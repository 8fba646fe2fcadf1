import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of import jobs: the uploaded CSV file and the log. Neither is ever held in memory as a whole. */
export class ImportFiles {
  private temporary: string | undefined;

  /** @param directory by default a temporary folder, removed by `close` */
  constructor(private readonly directory?: string) {}

  csv = (jobId: string) => join(this.folder(), `${jobId}.csv`);
  log = (jobId: string) => join(this.folder(), `${jobId}.log`);
  hasCsv = (jobId: string) => existsSync(this.csv(jobId));
  /** The user pool keeps no uploaded file after the job. */
  removeCsv = (jobId: string) => rmSync(this.csv(jobId), { force: true });
  removeLog = (jobId: string) => rmSync(this.log(jobId), { force: true });

  close(): void {
    if (this.temporary !== undefined) rmSync(this.temporary, { recursive: true, force: true });
  }

  private folder(): string {
    if (this.directory === undefined) return (this.temporary ??= mkdtempSync(join(tmpdir(), 'user-pool-')));
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    return this.directory;
  }
}
