import type { Check } from '../check.js';
import { createPool } from '../remedies.js';

export const requiredAttributes: Check = {
  id: 'pool.required_attributes',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const pool = await facts.pool();
    const lambda = await facts.triggerFunction().catch(() => undefined);
    const mapping = lambda?.Environment?.Variables?.USER_ATTRIBUTES ?? '';
    const sent = ['sub', 'email', ...mapping.split(',').map((pair) => pair.split('=')[0]?.trim())];
    const missing = (pool.SchemaAttributes ?? [])
      .filter(({ Name, Required }) => Required && !sent.includes(Name))
      .flatMap(({ Name }) => Name ?? []);
    if (missing.length === 0) return undefined;
    return {
      severity: 'error',
      title: `The pool requires ${missing.join(', ')}.`,
      effect:
        'Cognito refuses to create legacy users without these attributes: people of whom the old application does not know them cannot migrate.',
      remedy: `${await createPool(facts, { optional: missing })} # or let the Lambda send them with USER_ATTRIBUTES`,
      changeable: false,
    };
  },
};
