import { randomUUID } from 'node:crypto';
import { isAppError } from '../../common/errors/app-error.js';
import { SourceError } from '../../legacy/legacy-source.js';
import type { Check, Problem } from '../check.js';

/** Milliseconds. The deadline of a sign-in is 1 s. */
const slow = 500;

/** Looks an address up that nobody has, as a sign-in does. */
export const sourceLookup: Check = {
  id: 'source.lookup',
  area: 'source',
  atStart: true,
  async find(facts) {
    try {
      const source = await facts.legacySource();
      const nobody = `usher-doctor-${randomUUID()}@example.invalid`;
      // Connects.
      await source.prepare();
      const startedAt = performance.now();
      await source.find(nobody, []);
      const ms = Math.round(performance.now() - startedAt);
      return ms > slow ? slowLookup(ms) : undefined;
    } catch (error) {
      if (error instanceof SourceError) return unusable(`cannot be used: ${error.problems.join('; ')}`);
      if (isAppError(error, 'legacy.unavailable')) return unusable('does not answer within 1 s');
      throw error;
    }
  },
};

const unusable = (why: string): Problem => ({
  severity: 'error',
  title: `The legacy source ${why.replace(/\.$/, '')}.`,
  effect: 'Legacy users can neither sign in nor reset their password until it answers.',
  remedy: 'usher source check # then correct LEGACY_SOURCE, LEGACY_DATABASE_URL or the source',
  changeable: true,
});

const slowLookup = (ms: number): Problem => ({
  severity: 'warning',
  title: `A lookup in the legacy source takes ${ms} ms.`,
  effect: 'Lookups of more than 1 s are refused: under load, legacy users cannot sign in.',
  remedy: 'CREATE INDEX usher_doctor ON TABLE_OF_PEOPLE (EMAIL_COLUMN); -- in the database of the source',
  changeable: true,
});
