import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../common/database/data-source.js';
import { findCandidates } from './candidates.js';
import { SourceError } from './legacy-source.js';
import { openDatabase, pathOf, type SourceLog } from './open-source.js';
import { findPeopleColumns, isEmailName, sampleRows } from './people-columns.js';
import { presets } from './presets/presets.js';
import { parseSource } from './source-file.js';
import { SourceGuard } from './source-guard.js';
import { type ColumnInfo, type SqlDatabase, tableParts } from './sql-database.js';
import { fitToTables } from './table-layout.js';

/** A table, view or CSV file that looks like people with passwords. */
export interface SourceDraft {
  /** `null` for CSV. */
  table: string | null;
  emailColumn: string;
  /** With its table if that is another one. `null`: a preset says where the hashes are. */
  hashColumn: string | null;
  /** `null`: not counted. */
  rows: number | null;
  /** The preset that fits best. */
  preset: string | null;
  /** What a source file has to say; `null`: the key or the hashes were not found. */
  file: object | null;
}

interface Found {
  table: string;
  emailColumn: string;
  hashColumn: string | undefined;
}

/** Milliseconds for a sample and for the count of a table. */
const sampleMs = 1000;
const countMs = 10_000;

/**
 * @param url of LEGACY_DATABASE_URL
 * @returns the most likely first
 * @throws SourceError; AppError `legacy.unavailable`
 */
export async function draftSources(url: string, log: SourceLog): Promise<SourceDraft[]> {
  if (url.startsWith('csv:')) return draftOfCsv(pathOf(url), log);
  const database = await openDatabase(url);
  const guard = new SourceGuard(log, (error) => database.problemOf(error));
  try {
    return await guard.translate(async () => {
      const found = /^postgres/i.test(url) ? await findInPostgres(url) : await findIn(database);
      const drafts = await Promise.all(found.map((one) => draft(one, database)));
      return drafts
        .filter(({ hashColumn, preset }) => hashColumn !== null || preset !== null)
        .sort((one, other) => (other.rows ?? 0) - (one.rows ?? 0));
    });
  } finally {
    await database.close();
  }
}

/** Knows foreign keys, and leaves out the tables of extensions and of Usher. */
async function findInPostgres(url: string): Promise<Found[]> {
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  try {
    return await findCandidates(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function findIn(database: SqlDatabase): Promise<Found[]> {
  const found: Found[] = [];
  for (const table of await database.tables()) {
    const columns = (await database.columns(table)) ?? [];
    const texts = columns.filter((column) => ['any', 'bytes', 'text'].includes(database.kindOf(column)));
    const names = texts.map(({ name }) => name);
    const { emailColumn, hashColumn } = findPeopleColumns(names, await sample(table, texts, database));
    if (emailColumn !== undefined) found.push({ table, emailColumn, hashColumn });
  }
  return found;
}

const quoted = (table: string, database: SqlDatabase): string =>
  tableParts(table)
    .map((part) => database.quote(part))
    .join('.');

/** @returns `undefined` if the rows cannot be read, or not in time */
async function sample(table: string, columns: readonly ColumnInfo[], database: SqlDatabase) {
  if (columns.length === 0) return undefined;
  const texts = columns.map((column) => {
    const name = database.quote(column.name);
    return `${database.text(name, column, 512)} AS ${name}`;
  });
  const sql = `SELECT ${texts.join(', ')} FROM ${quoted(table, database)} LIMIT ${sampleRows}`;
  return database.transaction(sampleMs, (query) => query(sql, [])).catch(() => undefined);
}

async function draft(found: Found, database: SqlDatabase): Promise<SourceDraft> {
  const { table, emailColumn, hashColumn } = found;
  const preset = await bestPreset(found, database);
  const id = await keyOf(found, database);
  const isOwn = hashColumn !== undefined && !hashColumn.includes('.') && id !== undefined;
  const own = isOwn ? { table, columns: { id, email: emailColumn, hash: hashColumn } } : null;
  return {
    ...{ table, emailColumn, hashColumn: hashColumn ?? null, preset: preset ?? null },
    rows: await countRows(table, database),
    file: preset ? { preset } : own && (await fits(own, database)) ? own : null,
  };
}

async function fits(file: object, database: SqlDatabase): Promise<boolean> {
  try {
    await fitToTables(await parseSource(file, 'draft'), database);
    return true;
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

/** The preset that reads most columns; of equal ones the preset that leaves least out. */
async function bestPreset({ table, emailColumn }: Found, database: SqlDatabase): Promise<string | undefined> {
  const fitting: { name: string; found: number; missing: number }[] = [];
  for (const [name, preset] of Object.entries(presets)) {
    if (preset.table !== table && `public.${preset.table}` !== table) continue;
    // Spring's user name is one only if it is an address.
    if (preset.columns.email !== emailColumn && !isEmailName(preset.columns.email)) continue;
    try {
      const { file } = await fitToTables(await parseSource({ preset: name }, name), database);
      const found = Object.keys(file.columns).length;
      fitting.push({ name, found, missing: Object.keys(preset.columns).length - found });
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  }
  fitting.sort((one, other) => other.found - one.found || one.missing - other.missing);
  return fitting[0]?.name;
}

/** @returns a column that the database guarantees to be a key, else one that is called like one, as of a view */
async function keyOf({ table, emailColumn }: Found, database: SqlDatabase): Promise<string | undefined> {
  const names = ((await database.columns(table)) ?? [])
    .filter((column) => ['any', 'integer', 'text', 'uuid'].includes(database.kindOf(column)))
    .map(({ name }) => name);
  const last = (name: string) => (name === emailColumn ? 1 : 0);
  for (const name of [...names].sort((one, other) => last(one) - last(other)))
    if (await database.isKey(table, name)) return name;
  return names.find((name) => idName.test(name));
}

const idName = /^(?:id|uid|user_?id)$/i;

async function countRows(table: string, database: SqlDatabase): Promise<number | null> {
  const name = database.quote('rows');
  const sql = `SELECT count(*) AS ${name} FROM ${quoted(table, database)}`;
  const rows = await database.transaction(countMs, (query) => query(sql, [])).catch(() => undefined);
  return rows?.[0]?.rows == null ? null : Number(rows[0].rows);
}

async function draftOfCsv(path: string, log: SourceLog): Promise<SourceDraft[]> {
  const [{ createReadStream }, { parse }, { csvFormat, problemOfCsv }] = await Promise.all([
    import('node:fs'),
    import('csv-parse'),
    import('./csv-source.js'),
  ]);
  const records = await new SourceGuard(log, problemOfCsv).translate(async () => {
    const stream = createReadStream(path);
    const parser = stream.pipe(parse({ ...csvFormat, to: sampleRows + 1 }));
    // `pipe` does not pass errors on.
    stream.on('error', (error) => parser.destroy(error));
    const read: string[][] = [];
    try {
      for await (const record of parser as AsyncIterable<string[]>) read.push(record);
    } finally {
      stream.destroy();
    }
    return read;
  });
  const [header = [], ...values] = records;
  const rows = values.map((record) => Object.fromEntries(header.map((name, at) => [name, record[at] ?? ''])));
  const { emailColumn, hashColumn } = findPeopleColumns(header, rows.length > 0 ? rows : undefined);
  if (emailColumn === undefined || hashColumn === undefined) return [];
  const id = header.find((name) => idName.test(name)) ?? header[0];
  const file = { columns: { id, email: emailColumn, hash: hashColumn } };
  return [{ table: null, emailColumn, hashColumn, rows: null, preset: null, file }];
}
