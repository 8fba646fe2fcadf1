import type { Check } from '../check.js';
import { NothingToCheck } from '../facts.js';

const lastSync = `
  SELECT completed_at AS "completedAt", greatest(started_at, completed_at) < now() - interval '2 hours' AS old
  FROM usher.source_syncs WHERE source = $1`;

/** Not at start, when the API has just begun a sync. */
export const sourceSync: Check = {
  id: 'source.sync',
  area: 'source',
  atStart: false,
  async find(facts) {
    const { source } = facts.settings('legacySource');
    if (source === undefined || source === 'none') throw new NothingToCheck('LEGACY_SOURCE names no source');
    const [sync] = await facts.query<{ completedAt: Date | null; old: boolean }>(lastSync, [source]);
    if (sync && !sync.old) return undefined;
    const last = sync?.completedAt;
    return {
      severity: 'warning',
      title: last
        ? `The people of the legacy source were last copied at ${last.toISOString()}.`
        : 'The people of the legacy source were never copied completely.',
      effect:
        'Progress and shared addresses are of that time, and people who are no longer in the source can still reset a password.',
      remedy: 'usher source sync',
      changeable: true,
    };
  },
};
