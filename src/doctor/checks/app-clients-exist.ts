import type { Check, Problem } from '../check.js';
import { cognitoCommand } from '../remedies.js';
import { isNotFound } from './pool-exists.js';

export const appClientsExist: Check = {
  id: 'client.exists',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { acceptedClientIds, clientId, userPoolId } = facts.settings('cognito');
    const problems: Problem[] = [];
    for (const id of new Set(acceptedClientIds)) {
      try {
        await facts.appClient(id);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        problems.push({
          severity: 'error',
          title: `The pool has no app client ${id}.`,
          effect:
            id === clientId
              ? 'Nobody can sign in.'
              : 'Access tokens of this client open no route, because there are none.',
          remedy: cognitoCommand(facts, 'list-user-pool-clients', [
            ...['--user-pool-id', userPoolId, '--max-results', '60'],
          ]),
          changeable: true,
        });
      }
    }
    return problems;
  },
};
