import { describe, expect, it } from '@jest/globals';
import { productionPackages } from './licences.js';

/** All of them permit use, modification and sale; none is a copyleft licence. docs/supply-chain.md explains them. */
const allowed = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'],
  // Of argparse: the Python Software Foundation License, without a copyleft.
  'Python-2.0',
  // Of node-forge: a choice of two, and Usher uses the first.
  '(BSD-3-Clause OR GPL-2.0)',
];

describe('the packages of a production installation', () => {
  it('have allowed licences', () => {
    const packages = [...productionPackages().values()];
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ licence }) => !allowed.includes(licence))).toEqual([]);
  });
});
