import type { Check } from '../check.js';

/** What sign-ins of the last hour have shown, in any process, unless the trigger has asked since. */
const silentSignIns = `
  SELECT count(*)::int AS count FROM usher.trigger_requests
  WHERE outcome = 'silent' AND asked_at > now() - interval '1 hour' AND asked_at > coalesce(
    (SELECT max(asked_at) FROM usher.trigger_requests WHERE outcome = 'asked'), '-infinity')`;

/** Needs AWS credentials, because only the pool knows whether a refused user is in it. */
export const triggerSilent: Check = {
  id: 'function.trigger_silent',
  area: 'function',
  atStart: true,
  async find(facts) {
    await facts.pool();
    const [row] = await facts.query<{ count: number }>(silentSignIns);
    if (row === undefined || row.count === 0) return undefined;
    return {
      severity: 'error',
      title: `The migration trigger did not ask POST /aws/auth for ${row.count} legacy users who signed in.`,
      effect: 'Legacy users with the right password are refused, and do not migrate.',
      remedy: 'npx usher doctor --live',
      changeable: true,
    };
  },
};
