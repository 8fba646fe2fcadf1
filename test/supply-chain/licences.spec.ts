import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { licenceTable, productionPackages, projectRoot } from './licences.js';

/** All of them let anybody use, change and sell; none asks for more than to be named. */
const allowed = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'],
  // Of argparse; the PSF's, without a copyleft.
  'Python-2.0',
  // Of node-forge: a choice of two, and ours is the first.
  '(BSD-3-Clause OR GPL-2.0)',
];

const packages = [...productionPackages().values()];
/** The table's lines without the spaces that align them. */
const rowsOf = (table: string) =>
  table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replace(/ +/g, ' '));

describe('what production installs', () => {
  it('has licences that we accept', () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ licence }) => !allowed.includes(licence))).toEqual([]);
  });

  it('is in the table of docs/supply-chain.md', () => {
    const page = readFileSync(join(projectRoot, 'docs/supply-chain.md'), 'utf8');
    const [, table = ''] = page.split('<!-- licences -->\n');
    const [, , ...rows] = rowsOf(table.split('<!-- end -->')[0] ?? '');
    expect(rows).toEqual(rowsOf(licenceTable(packages)));
  });

  it('is one row a licence, in order of how many there are', () => {
    const some = [
      { name: 'b', licence: 'MIT' },
      { name: 'c', licence: 'ISC' },
      { name: 'a', licence: 'MIT' },
    ];
    expect(licenceTable(some)).toBe('| MIT | 2 | a, b |\n| ISC | 1 | c |');
  });
});
