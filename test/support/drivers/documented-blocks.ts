import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../apps/local-stack/src/project-root.js';

/** A fenced block in README.md, docs/*.md or docs/guides/*.md. The info string says whether a test runs it. */
export interface Block {
  /** Such as `docs/cli.md:9`. */
  place: string;
  /** After the fence: `sh run`, `sh run, exit 3`, `sh not run: REASON`, `js run` or `js not run: REASON`. */
  info: string;
  commands: string;
}

const shells = ['', 'sh', 'bash', 'shell', 'console'];

/** Returns all blocks in the language of a shell or without a language. */
export function documentedBlocks(): Block[] {
  const docs = ['docs', 'docs/guides'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  );
  const isShell = ({ info }: Block) => shells.includes(info.split(' ')[0] ?? '');
  return ['README.md', ...docs].flatMap(blocksOf).filter(isShell);
}

/** Returns the blocks of a page that are marked `js run`. @param file such as `docs/front-ends.md` */
export const runnableScripts = (file: string): Block[] =>
  blocksOf(file).filter(({ info }) => info === 'js run');

function blocksOf(file: string): Block[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  return [...text.matchAll(/^( *)(`{3,})([^\n`]*)\n([^]*?)^\1\2 *$/gm)].map((match) => {
    const [, indent = '', , info = '', body = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const commands = `\n${body}`.replaceAll(`\n${indent}`, '\n').trim();
    return { place: `${file}:${line}`, info: info.trim(), commands };
  });
}

/** The exit statuses that the commands of a block may have; `undefined` if the test does not run it. */
export function expectedStatus({ place, info }: Block): number | undefined {
  const [, how, status] = /^sh (run|not run: .{5,})(?:(?<=run), exit (\d))?$/.exec(info) ?? [];
  if (how === undefined)
    throw new Error(
      `${place}: a block of commands needs a mark after the fence: "sh run", "sh run, exit 3" or "sh not run: REASON".`,
    );
  return how === 'run' ? Number(status ?? 0) : undefined;
}
