import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
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

/** The current records, which a compaction keeps. */
export interface Live {
  records: () => Iterable<Change>;
  count: () => number;
}

const newline = 0x0a;
const mebibyte = 1024 * 1024;

/**
 * An append-only file of JSON lines. A line is written before the response is sent, so that killing
 * the process loses no acknowledged change. An incomplete last line was never acknowledged and is dropped.
 */
export function openJournal(directory: string): {
  /** All changes in the order in which they were made. */
  changes: Iterable<Change>;
  journal: (live: Live) => Journal;
} {
  const file = join(directory, 'journal.jsonl');
  return {
    changes: existsSync(file) ? readChanges(file) : [],
    journal: (live) => new FileJournal(file, live),
  };
}

function* readChanges(file: string): Iterable<Change> {
  for (const line of readLines(file)) yield* readLine(line);
}

/** In blocks, because a file may be larger than the largest buffer. */
function* readLines(file: string): Iterable<string> {
  const handle = openSync(file, 'r');
  const block = Buffer.alloc(mebibyte);
  const parts: Buffer[] = [];
  try {
    for (let size = readSync(handle, block); size > 0; size = readSync(handle, block)) {
      let start = 0;
      for (let end = block.indexOf(newline); end >= 0 && end < size; end = block.indexOf(newline, start)) {
        yield Buffer.concat([...parts.splice(0), block.subarray(start, end)]).toString('utf8');
        start = end + 1;
      }
      parts.push(Buffer.from(block.subarray(start, size)));
    }
  } finally {
    closeSync(handle);
  }
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
  private changes = 0;
  private isTorn = false;

  constructor(
    private readonly file: string,
    private readonly live: Live,
  ) {
    this.handle = this.compact();
  }

  append(changes: Change[]): void {
    // After an error such as a full disk, the next line must not be appended to an incomplete one.
    const start = this.isTorn ? '\n' : '';
    this.isTorn = true;
    this.write(this.handle, `${start}${JSON.stringify(changes)}\n`);
    this.isTorn = false;
    this.changes += changes.length;
    // New records alone start no compaction: it would remove nothing.
    if (this.written > 16 * mebibyte && this.changes > 4 * this.live.count()) {
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
    this.changes = 0;
    let lines = '';
    for (const change of this.live.records()) {
      this.changes += 1;
      lines += `${JSON.stringify([change])}\n`;
      if (lines.length < mebibyte) continue;
      this.write(handle, lines);
      lines = '';
    }
    this.write(handle, lines);
    fsyncSync(handle);
    renameSync(beside, this.file);
    return handle;
  }
}
