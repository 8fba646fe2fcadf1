import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSourceFile } from '../../../src/legacy/open-source.js';
import { parseSource } from '../../../src/legacy/source-file.js';
import type { Cell, SourceWorld } from '../contracts/legacy-source.js';
import { quietLog } from './legacy-postgres.js';

const quoted = (cell: Cell): string => {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A legacy database as a CSV file. */
export async function startCsvSource(): Promise<SourceWorld & { path: string; url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-csv-'));
  const path = join(folder, 'people of yesterday.csv');
  return {
    isSql: false,
    isFile: true,
    secret: 'hunter2-secret',
    path,
    url: `csv:${path}`,
    create: ({ columns, rows }) =>
      writeFile(
        path,
        [Object.keys(columns), ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join(''),
      ),
    open: async (file, options = { unlockInSeconds: undefined }) =>
      openSourceFile(
        await parseSource({ ...file, table: undefined }, 'test', false),
        `csv:${path}`,
        options,
        quietLog,
      ),
    takeAway: () => rename(path, `${path}.away`),
    bringBack: () => rename(`${path}.away`, path),
    state: () =>
      Promise.resolve([
        statSync(path, { bigint: true }).mtimeNs,
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
    close: () => rm(folder, { recursive: true }),
  };
}
