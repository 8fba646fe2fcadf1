import { readFileSync } from 'node:fs';
import type { PoolDescription } from '../pools/pool-description.js';
import { UsageError } from './arguments.js';

/** `{ "pools": [...] }`. The members of a pool are checked when it is created. */
export function readPools(file: string): PoolDescription[] {
  const content = parse(file) as { pools?: PoolDescription[] } | null;
  const pools = content?.pools;
  if (!Array.isArray(pools)) throw new UsageError(`${file} has no list "pools".`);
  const odd = pools.findIndex((pool) => !/^[a-z]{2}-[a-z-]+-\d_[A-Za-z0-9]+$/.test(String(pool?.Id)));
  if (odd >= 0) throw new UsageError(`Pool ${odd + 1} in ${file} needs an "Id" such as eu-west-1_local0001.`);
  return pools;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
