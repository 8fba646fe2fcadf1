import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The new value of a record; `null` if it was deleted. */
export interface Change {
  kind: string;
  id: string;
  value: unknown;
}

/** Stores changes across restarts. Changes of one call are stored atomically. */
export interface Journal {
  append(changes: Change[]): void;
  close(): void;
}

export const noJournal: Journal = { append: () => undefined, close: () => undefined };

export type Snapshot = Iterable<Change>;

const newline = 0x0a;
const mebibyte = 1024 * 1024;

/**
 * An append-only file of JSON lines. A line is written before the response is sent, so that killing
 * the process loses no acknowledged change. An incomplete last line was never acknowledged and is dropped.
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

/** A line that is not JSON is incomplete and was never acknowledged. */
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
    // After an error such as a full disk, the next line must not be appended to an incomplete one.
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

  /** Writes the current records to a new file and renames it, so that a complete file exists at any time. */
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
