import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import { type FindingId, findingIds, type Judgement } from './judge-row.js';

/** The folder has files that a plan did not write. */
export class FolderInUseError extends Error {}

const header = 'id,email,way,format\r\n';

/** Characters. */
const bufferSize = 64 * 1024;

interface OpenFile {
  descriptor: number;
  buffer: string;
}

/**
 * One CSV file per finding (RFC 4180), in a temporary subfolder until `commit`. Files hold addresses, so only their owner may read
 * them.
 */
export class FindingFiles {
  private readonly temporary: string;
  private readonly isNew: boolean;
  private readonly files = new Map<FindingId, OpenFile>();

  /**
   * @throws FolderInUseError if the folder has files of others
   * @throws system errors, such as ENOTDIR and EACCES
   */
  constructor(private readonly folder: string) {
    this.isNew = !existsSync(folder);
    const foreign = this.isNew ? undefined : readdirSync(folder).find((name) => !isOwn(name));
    if (foreign !== undefined)
      throw new FolderInUseError(
        `The folder ${folder} has other files than those of a plan. Choose a new or empty folder.`,
      );
    this.temporary = join(folder, `${temporaryPrefix}${process.pid}`);
    mkdirSync(this.temporary, { recursive: true, mode: 0o700 });
  }

  write(id: FindingId, { id: legacyId, email }: LegacyUser, { way, format }: Judgement): void {
    const file = this.files.get(id) ?? this.open(id);
    file.buffer += `${[legacyId, email ?? '', way, format ?? ''].map(cell).join(',')}\r\n`;
    if (file.buffer.length >= bufferSize) flush(file);
  }

  /** Replaces the files of an earlier plan by the new ones. */
  commit(): void {
    const written = [...this.files.keys()].map(nameOf);
    this.close();
    for (const name of written) renameSync(join(this.temporary, name), join(this.folder, name));
    for (const name of readdirSync(this.folder))
      if (isOwn(name) && !written.includes(name)) rmSync(join(this.folder, name), { recursive: true });
  }

  /** Removes what was not committed. */
  discard(): void {
    this.close();
    rmSync(this.temporary, { recursive: true, force: true });
    if (this.isNew && existsSync(this.folder) && readdirSync(this.folder).length === 0)
      rmdirSync(this.folder);
  }

  private open(id: FindingId): OpenFile {
    const file = { descriptor: openSync(join(this.temporary, nameOf(id)), 'wx', 0o600), buffer: header };
    this.files.set(id, file);
    return file;
  }

  private close(): void {
    for (const file of this.files.values()) {
      flush(file);
      closeSync(file.descriptor);
    }
    this.files.clear();
  }
}

const nameOf = (id: FindingId): string => `${id}.csv`;
const names = new Set(findingIds.map(nameOf));

/** Of a plan that is running, or that was killed. */
const temporaryPrefix = '.usher-plan-';

const isOwn = (name: string): boolean => names.has(name) || name.startsWith(temporaryPrefix);

function flush(file: OpenFile): void {
  const bytes = Buffer.from(file.buffer);
  file.buffer = '';
  for (let at = 0; at < bytes.length;) at += writeSync(file.descriptor, bytes, at);
}

/** A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
