import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { buildCountFunction, buildRecountFunction } from './migration-counts.sql.js';
import { migrations } from './migrations/index.js';

/**
 * The text of the functions, hash labels included, and the migration that made the next start replace them: one that sets
 * `usher.installation.blocked_when` to NULL. Without a new one, databases of earlier releases keep the old functions.
 */
const versions: [digest: string, migration: string][] = [
  ['RI2m_MEyy8hiEFpd-WalW8ONLD3z09j-Qe4NWipoFh4', 'BlockedRows1764000000017'],
  ['WJBFv8zRLD_v0bxKC0YjO3D0z9d3YSq9J5pJ4bJW-N8', 'LegacyCopies1764000000032'],
  ['mRynNZ0fOAoklKsr_u6X-NZGQRkty0gIGNeK9MBQ2iw', 'UserImports1764000000054'],
];

const by = { conditions: [], confirmedAt: 'confirmed_at' };

it('does not change the functions that count users without a migration', () => {
  const text = [buildCountFunction(by), buildRecountFunction('public.users', by)].join();
  expect(createHash('sha256').update(text).digest('base64url')).toBe(versions.at(-1)?.[0]);
  const names = versions.map(([, migration]) => migration);
  expect(new Set(names).size).toBe(names.length);
  expect(migrations.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
});
