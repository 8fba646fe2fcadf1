import type { Check } from '../check.js';
import { functionVariables, setFunctionVariable } from '../trigger-function.js';

/** Neither token is printed. The function refuses the placeholder, so that it is not deployed by mistake. */
export const functionToken: Check = {
  id: 'function.token',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { accessTokens } = facts.settings('migration');
    const token = (await functionVariables(facts)).MIGRATION_ACCESS_TOKEN?.trim() ?? '';
    if (accessTokens.includes(token)) return undefined;
    return {
      severity: 'error',
      title:
        token === ''
          ? 'MIGRATION_ACCESS_TOKEN of the migration Lambda is missing.'
          : 'MIGRATION_ACCESS_TOKEN of the migration Lambda is none of MIGRATION_ACCESS_TOKENS.',
      effect: 'Usher refuses the function with status 401: no legacy user can migrate.',
      remedy: await setFunctionVariable(facts, 'MIGRATION_ACCESS_TOKEN', '<one of MIGRATION_ACCESS_TOKENS>'),
      changeable: true,
    };
  },
};
