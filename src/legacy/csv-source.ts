import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { canonicalEmail } from '#contracts/email-address';
import { systemErrorCode } from '../common/errors/system-error-code.js';
import {
  type FindResult,
  type LegacyUser,
  type Page,
  type SourceDescription,
  SourceError,
} from './legacy-source.js';
import {
  choose,
  columnUses,
  isEqual,
  type MappingOptions,
  mostRows,
  type ReadOnlySource,
  type SourceFile,
  toUser,
} from './mapping.js';
import type { SourceGuard } from './source-guard.js';
import { describeSource, refuseLongIds } from './sql-source.js';
import { withoutMissing } from './table-layout.js';

export const csvFormat = { bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] };

/** Where records are in one state of the file. */
interface Index {
  /** Changes with the file. */
  version: string;
  file: SourceFile;
  header: string[];
  /** Bytes: where each record begins, and where the last one ends. */
  offsets: number[];
  /** Records by canonical address. */
  byEmail: Map<string, number[]>;
  byId: Map<string, number>;
}

/** Users of a CSV file with a header, in UTF-8. Holds addresses and ids in memory, and reads the rest from the file. */
export class CsvSource implements ReadOnlySource {
  private index: Index | undefined;
  private indexing: Promise<Index> | undefined;

  constructor(
    private readonly file: SourceFile,
    private readonly path: string,
    private readonly guard: SourceGuard,
    private readonly options: MappingOptions,
  ) {}

  describe(): SourceDescription {
    return describeSource(this.file, `csv:${this.path}`);
  }

  async prepare(): Promise<SourceFile> {
    return (await this.guard.translate(() => this.current())).file;
  }

  find(email: string, knownIds: readonly string[]): Promise<FindResult> {
    return this.guard.find(async () => {
      const index = await this.current();
      const known = knownIds.flatMap((id) => index.byId.get(id) ?? []);
      const records = [...new Set([...(index.byEmail.get(canonicalEmail(email)) ?? []), ...known])];
      const users: LegacyUser[] = [];
      for (const record of records.slice(0, mostRows + 1))
        users.push(...(await this.read(index, record, record + 1)));
      return choose(users, email, index.file);
    });
  }

  scan(after: string | undefined, limit: number): Promise<Page> {
    return this.guard.translate(async () => {
      const index = await this.current();
      const [, version, record = '0'] = /^(.*):(\d+)$/.exec(after ?? '') ?? [];
      if (after !== undefined && version !== index.version)
        throw new SourceError([
          `${this.path}: the file has changed since the first page was read; start again`,
        ]);
      const from = Number(record);
      const to = Math.min(from + limit, index.offsets.length - 1);
      const users = await this.read(index, from, to);
      refuseLongIds(users);
      return to < index.offsets.length - 1 ? { users, next: `${index.version}:${to}` } : { users };
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** @returns the index of the file as it is now */
  private async current(): Promise<Index> {
    if (this.index?.version === (await this.version())) return this.index;
    this.indexing ??= this.build().finally(() => (this.indexing = undefined));
    return this.indexing;
  }

  private async version(): Promise<string> {
    const { ino, size, mtimeNs } = await stat(this.path, { bigint: true });
    return `${ino}-${size}-${mtimeNs}`;
  }

  private async build(): Promise<Index> {
    const version = await this.version();
    const { parse } = await import('csv-parse');
    const stream = createReadStream(this.path);
    const parser = stream.pipe(parse({ ...csvFormat, info: true }));
    // `pipe` does not pass errors on.
    stream.on('error', (error) => parser.destroy(error));
    let index: Index | undefined;
    try {
      for await (const { record, info } of parser as AsyncIterable<{
        record: string[];
        info: { bytes: number };
      }>) {
        if (index) this.add(index, record, info.bytes);
        else index = this.begin(version, record, info.bytes);
      }
    } finally {
      stream.destroy();
    }
    if (!index) throw new SourceError([`${this.path}: the file is empty`]);
    this.index = index;
    return index;
  }

  /** @throws SourceError for columns that the header does not have */
  private begin(version: string, header: string[], bytes: number): Index {
    const missing = (path: string, column: string) => `${path}: there is no column ${column} in ${this.path}`;
    const file = { ...this.file, columns: withoutMissing(this.file, (column) => header.includes(column)) };
    const problems = [
      ...header.flatMap((name, at) =>
        header.indexOf(name) < at ? [`${this.path}: two columns are called ${name}`] : [],
      ),
      ...columnUses(file).flatMap(({ column, path }) =>
        header.includes(column) ? [] : [missing(path, column)],
      ),
      ...Object.keys(file.where ?? {}).flatMap((column) =>
        header.includes(column) ? [] : [missing(`where.${column}`, column)],
      ),
    ];
    if (problems.length > 0) throw new SourceError([...new Set(problems)]);
    return { version, file, header, offsets: [bytes], byEmail: new Map(), byId: new Map() };
  }

  private add({ file, header, offsets, byEmail, byId }: Index, values: string[], end: number): void {
    const record = offsets.length - 1;
    const read = (column: string) => values[header.indexOf(column)] ?? '';
    offsets.push(end);
    const id = read(file.columns.id);
    if (id === '' || byId.has(id))
      throw new SourceError([
        `columns.id: ${file.columns.id} is not a key of ${this.path}: rows share a value or have none`,
      ]);
    byId.set(id, record);
    const email = canonicalEmail(read(file.columns.email));
    const others = byEmail.get(email);
    if (others) others.push(record);
    else byEmail.set(email, [record]);
  }

  /** @returns the users of these records that `where` includes */
  private async read(
    { version, offsets, header, file }: Index,
    from: number,
    to: number,
  ): Promise<LegacyUser[]> {
    const [start = 0, end = 0] = [offsets[from], offsets[to]];
    const bytes = Buffer.alloc(end - start);
    const handle = await open(this.path, 'r');
    try {
      await handle.read(bytes, 0, bytes.length, start);
    } finally {
      await handle.close();
    }
    if ((await this.version()) !== version)
      throw Object.assign(new Error('the file changed'), { code: 'EBUSY' });
    const { parse } = await import('csv-parse/sync');
    const limits = new Map(columnUses(file).map(({ column, limit }) => [column, limit]));
    return parse(bytes, csvFormat).flatMap((values) => {
      const row = (column: string) => values[header.indexOf(column)]?.slice(0, limits.get(column)) || null;
      const isIncluded = Object.entries(file.where ?? {}).every(([column, value]) =>
        isEqual(row(column), value),
      );
      return isIncluded ? [toUser(file, row, this.options)] : [];
    });
  }
}

/** @returns one line for an error that a change of file or settings corrects */
export function problemOfCsv(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  if (code === 'ENOENT') return 'the CSV file does not exist';
  if (code === 'EACCES') return 'the CSV file may not be read';
  if (code === 'EISDIR') return 'the path of the CSV file is a folder';
  if (!code?.startsWith('CSV_') || !(error instanceof Error)) return undefined;
  const line = 'lines' in error && typeof error.lines === 'number' ? `line ${error.lines}` : 'a line';
  return code.includes('INCONSISTENT')
    ? `the CSV file has another number of columns in ${line}`
    : `the CSV file has a quote that is not closed or out of place in ${line}`;
}
