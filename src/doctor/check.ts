import type { Facts } from './facts.js';

export const areas = [
  'pool',
  'client',
  'function',
  'quotas',
  'source',
  'database',
  'mail',
  'certificates',
  'edge',
  'clocks',
  'live',
] as const;
export type Area = (typeof areas)[number];

/** A problem that a check found. */
export interface Problem {
  /** `error`: people cannot sign in, migrate or reset, or accounts can be taken over. `warning`: they will, or a limit is near. */
  severity: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  title: string;
  /** What it means, and for whom. */
  effect: string;
  /** A command that can be pasted, or an assignment of a variable of Usher. */
  remedy: string;
  /** `false` for settings that are fixed when the pool is created. */
  changeable: boolean;
}

export interface Finding extends Problem {
  /** The id of the check. */
  id: string;
  area: Area;
}

/** One question about the installation. Changes nothing, unless `atStart` is false. */
export interface Check {
  /** Begins with the area, as in `pool.user_migration_trigger`. */
  id: string;
  area: Area;
  /** Part of the short form: no write, no call of the function, and no scan of the source. */
  atStart: boolean;
  /** @throws NotChecked; AppError and errors of AWS, which count as not checked */
  find(facts: Facts): Promise<Problem | Problem[] | undefined>;
}
