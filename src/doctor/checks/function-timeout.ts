import type { Check } from '../check.js';
import { existingFunction, updateFunction } from '../trigger-function.js';

/** Seconds: Cognito's timeout of a trigger. Lambda's default is 3. */
const cognitosTimeout = 5;

export const functionTimeout: Check = {
  id: 'function.timeout',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { Timeout: seconds = cognitosTimeout } = await existingFunction(facts);
    if (seconds >= cognitosTimeout) return undefined;
    return {
      severity: 'warning',
      title: `The migration Lambda has a timeout of ${seconds} s, and Cognito waits ${cognitosTimeout} s.`,
      effect:
        'Sign-ins of legacy users fail when the start of the function and the check of the password take longer.',
      remedy: await updateFunction(facts, ['--timeout', String(cognitosTimeout)]),
      changeable: true,
    };
  },
};
