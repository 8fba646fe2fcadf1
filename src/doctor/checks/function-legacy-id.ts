import type { Check } from '../check.js';
import { functionVariables } from '../trigger-function.js';

/** Of the Lambda. */
const byDefault = 'custom:rails_app_id';

/** Usher reads the variable only to check settings of the pool, and to import users as the Lambda does. */
export const functionLegacyId: Check = {
  id: 'function.legacy_id_attribute',
  area: 'function',
  atStart: true,
  async find(facts) {
    const ours = facts.settings('cognito').legacyIdAttribute ?? byDefault;
    const theirs = (await functionVariables(facts)).LEGACY_ID_ATTRIBUTE?.trim() ?? byDefault;
    // An empty value means that the function sends no id.
    if (theirs === '' || theirs === ours) return undefined;
    return {
      severity: 'warning',
      title: `The migration Lambda writes the legacy id to ${theirs}, and Usher expects it in ${ours}.`,
      effect: `Usher does not check that users cannot write ${theirs}, with which one user becomes another legacy user.`,
      remedy: `LEGACY_ID_ATTRIBUTE=${theirs}`,
      changeable: true,
    };
  },
};
