import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

/** Characters. */
const bufferSize = 256 * 1024;

/** Writes the file of an import job. It holds password hashes, so only its owner may read it. */
export class ImportFileWriter {
  rows = 0;
  bytes = 0;
  private readonly hash = createHash('sha256');
  private readonly descriptor: number;
  private buffer = '';

  constructor(
    readonly path: string,
    header: string,
  ) {
    this.descriptor = openSync(path, 'wx', 0o600);
    this.append(header);
  }

  add(line: string): void {
    this.append(line);
    this.rows += 1;
  }

  /** @returns the SHA-256 of the complete file */
  end(): Buffer {
    this.flush();
    closeSync(this.descriptor);
    return this.hash.digest();
  }

  /** Removes an incomplete file. */
  discard(): void {
    closeSync(this.descriptor);
    removeFile(this.path);
  }

  private append(line: string): void {
    this.buffer += `${line}\n`;
    this.bytes += Buffer.byteLength(line) + 1;
    if (this.buffer.length >= bufferSize) this.flush();
  }

  private flush(): void {
    const bytes = Buffer.from(this.buffer);
    this.buffer = '';
    this.hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.descriptor, bytes, at);
  }
}

export const removeFile = (path: string): void => rmSync(path, { force: true });

/** Whether a file is still as it was written. */
export async function isIntact({
  path,
  bytes,
  digest,
}: {
  path: string;
  bytes: number;
  digest: Buffer | null;
}): Promise<boolean> {
  if (digest === null || !existsSync(path) || statSync(path).size !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest().equals(digest);
}
