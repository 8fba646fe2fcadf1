import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One record as it is now; `null` when it is gone. */
export interface Change {
  kind: string;
  id: string;
  value: unknown;
}

/** Where changes are kept across restarts. Changes given together are kept together or not at all. */
export interface Journal {
  append(changes: Change[]): void;
  close(): void;
}

export const noJournal: Journal = { append: () => undefined, close: () => undefined };

export type Snapshot = Iterable<Change>;

const newline = 0x0a;
const mebibyte = 1024 * 1024;

/**
 * An append-only file of JSON lines. A line is with the operating system before the caller is answered, so that killing
 * the process loses nothing that was acknowledged; a half-written last line is what nobody was told about, and is dropped.
 */
export function openJournal(directory: string): {
  records: Change[];
  journal: (live: () => Snapshot) => Journal;
} {
  const file = join(directory, 'journal.jsonl');
  const records = existsSync(file) ? readRecords(readFileSync(file)) : [];
  return { records, journal: (live) => new FileJournal(file, live) };
}

function readRecords(content: Buffer): Change[] {
  const latest = new Map<string, Change>();
  let start = 0;
  for (let end = content.indexOf(newline); end >= 0; end = content.indexOf(newline, start)) {
    for (const change of readLine(content.toString('utf8', start, end))) {
      const key = `${change.kind}/${change.id}`;
      if (change.value === null) latest.delete(key);
      else latest.set(key, change);
    }
    start = end + 1;
  }
  return [...latest.values()];
}

/** A line that is no JSON was never finished, so nobody was told that it was kept. */
function readLine(line: string): Change[] {
  try {
    return JSON.parse(line) as Change[];
  } catch {
    return [];
  }
}

class FileJournal implements Journal {
  private handle: number;
  private written = 0;
  private afterCompaction = 0;
  private isTorn = false;

  constructor(
    private readonly file: string,
    private readonly live: () => Snapshot,
  ) {
    this.handle = this.compact();
  }

  append(changes: Change[]): void {
    // After a failure, such as a full disk, the next line must not continue half of another.
    const start = this.isTorn ? '\n' : '';
    this.isTorn = true;
    this.write(this.handle, `${start}${JSON.stringify(changes)}\n`);
    this.isTorn = false;
    if (this.written > Math.max(16 * mebibyte, 4 * this.afterCompaction)) {
      closeSync(this.handle);
      this.handle = this.compact();
    }
  }

  close(): void {
    closeSync(this.handle);
  }

  private write(handle: number, line: string): void {
    writeFileSync(handle, line);
    this.written += line.length;
  }

  /** Writes what is alive beside the journal and then takes its place: at every moment one whole file is there. */
  private compact(): number {
    const beside = `${this.file}.new`;
    const handle = openSync(beside, 'w', 0o600);
    this.written = 0;
    for (const change of this.live()) this.write(handle, `${JSON.stringify([change])}\n`);
    this.afterCompaction = this.written;
    fsyncSync(handle);
    renameSync(beside, this.file);
    return handle;
  }
}
