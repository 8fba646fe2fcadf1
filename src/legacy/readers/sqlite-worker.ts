import fs from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Database as SqliteFile } from 'node-sqlite3-wasm';
import type { Bound } from '../sql-database.js';

export interface SqliteRequest {
  id: number;
  sql: string;
  values: readonly Bound[];
  /** Milliseconds that a writing application may take. */
  patienceMs: number;
}

export type SqliteReply =
  { id: number; rows: Record<string, string | null>[] } | { id: number; code: string };

class FileProblem extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const path = workerData as string;

/**
 * The library locks a file by a folder beside it, which SQLite itself does not know and a read-only folder does not allow.
 * `read` notices writers instead. Nothing in this thread may write.
 */
const refuse = () => {
  throw new FileProblem('EROFS');
};
Object.assign(fs, {
  mkdirSync: () => undefined,
  rmdirSync: () => undefined,
  ...Object.fromEntries(
    ['writeSync', 'unlinkSync', 'ftruncateSync', 'fsyncSync'].map((name) => [name, refuse]),
  ),
});
const { Database } = createRequire(import.meta.url)('node-sqlite3-wasm') as {
  Database: new (path: string, options: { readOnly: true }) => SqliteFile;
};

/** Milliseconds between tries while another process writes. */
const pauseMs = 20;
const paused = new Int32Array(new SharedArrayBuffer(4));

/** Opens the file for each statement, because the application may replace it. */
function read({ sql, values, patienceMs }: SqliteRequest): Record<string, string | null>[] {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const before = fingerprint();
    if (before !== undefined) {
      const result = attempt(sql, values);
      // An error counts only if the file did not change meanwhile.
      if (fingerprint() === before) {
        if ('error' in result) throw result.error;
        return result.rows;
      }
    }
    if (performance.now() > deadline) throw new FileProblem('SQLITE_BUSY');
    Atomics.wait(paused, 0, 0, pauseMs);
  }
}

function attempt(sql: string, values: readonly Bound[]) {
  let file: SqliteFile | undefined;
  try {
    file = new Database(path, { readOnly: true });
    return { rows: file.all(sql, [...values]) as Record<string, string | null>[] };
  } catch (error) {
    return { error };
  } finally {
    file?.close();
  }
}

/**
 * @returns `undefined` while another process writes
 * @throws FileProblem if the file cannot be read
 */
function fingerprint(): string | undefined {
  const header = Buffer.alloc(20);
  const file = fs.openSync(path, 'r');
  try {
    fs.readSync(file, header, 0, header.length, 0);
    const { ino, size, mtimeNs } = fs.fstatSync(file, { bigint: true });
    if (!header.toString('latin1').startsWith('SQLite format 3\0')) throw new FileProblem('SQLITE_NOTADB');
    // Versions of reading and writing: 2 is the write-ahead log (https://www.sqlite.org/fileformat.html, section 1.3).
    if (header[18] === 2 || header[19] === 2) throw new FileProblem('SQLITE_WAL');
    return hasJournal() ? undefined : `${ino} ${size} ${mtimeNs}`;
  } finally {
    fs.closeSync(file);
  }
}

/** A journal that is not finished: a finished one is deleted, empty, or begins with a zero (PRAGMA journal_mode). */
function hasJournal(): boolean {
  try {
    return (fs.readFileSync(`${path}-journal`)[0] ?? 0) !== 0;
  } catch {
    return false;
  }
}

parentPort?.on('message', (request: SqliteRequest) => {
  let reply: SqliteReply;
  try {
    reply = { id: request.id, rows: read(request) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'SQLITE_ERROR';
    reply = { id: request.id, code: code === 'undefined' ? 'SQLITE_ERROR' : code };
  }
  parentPort?.postMessage(reply);
});
