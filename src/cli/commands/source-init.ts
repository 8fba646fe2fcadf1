import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import type { SourceDraft } from '../../legacy/source-drafts.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';

interface Options {
  force?: true;
  json?: true;
}

const fileName = 'usher.source.yaml';

const explanation = `
Looks for tables with addresses and password hashes, by the names of columns and the first 200 rows, and writes ${fileName} into
the working directory for the one with most rows: with a preset where one fits, else with table and columns.
Exit status: 0 written; 1 nothing found, or the database does not answer; 2 invalid arguments or configuration, or the file exists.
Needs LEGACY_DATABASE_URL or DATABASE_URL.`;

/** `usher source init` */
export function sourceInit(source: Command, io: Io): void {
  source
    .command('init')
    .description(`Find the legacy users of a database, and write ${fileName}.`)
    .option('--force', 'replace the file')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ force, json }: Options) => {
      const path = join(process.cwd(), fileName);
      if (!force && existsSync(path)) throw exists();
      const { findDrafts } = await import('../contexts/source-check.js');
      const drafts = await findDrafts(io);
      const chosen = drafts.find(({ file }) => file !== null);
      if (chosen === undefined) throw new CommandError(describeNone(drafts));
      const { stringify } = await import('yaml');
      write(path, `# Further keys: docs/legacy-sources.md\n${stringify(chosen.file)}`, force === true);
      const candidates = drafts.map(({ table, emailColumn, hashColumn, rows, preset }) => ({
        ...{ table, emailColumn, hashColumn, rows, preset },
      }));
      const answer = { file: path, preset: chosen.preset, table: chosen.table, candidates };
      io.out(`${json ? JSON.stringify(answer) : report(chosen, drafts)}\n`);
    });
}

const exists = () => new CommandError(`${fileName} exists. Use --force to replace it.`, exitStatus.usage);

function write(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EEXIST') throw exists();
    throw new CommandError(`${path} cannot be written (${code ?? 'unknown error'}).`, exitStatus.usage);
  }
}

const nameOf = ({ table }: SourceDraft): string =>
  table === null ? 'the CSV file' : escapeControlChars(table);

function describeNone(drafts: readonly SourceDraft[]): string {
  if (drafts.length === 0) return 'Found no addresses with password hashes.';
  return `Found ${drafts.map(nameOf).join(', ')}, but no key of it, or the hashes in another table. Write the source file by hand.`;
}

function report(chosen: SourceDraft, drafts: readonly SourceDraft[]): string {
  return [
    'Candidates:',
    ...drafts.map((one) => {
      const { emailColumn, hashColumn, rows, preset } = one;
      const columns = [emailColumn, ...(hashColumn === null ? [] : [hashColumn])];
      return `  ${[
        `${nameOf(one)} (${columns.map((name) => escapeControlChars(name)).join(', ')})`,
        ...(rows === null ? [] : [counted(rows, 'row')]),
        preset === null ? 'no preset' : `preset ${preset}`,
      ].join(', ')}`;
    }),
    `Wrote ${fileName} for ${nameOf(chosen)}. Set LEGACY_SOURCE=${fileName}, and run "usher source check".`,
  ].join('\n');
}
