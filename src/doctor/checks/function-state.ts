import type { Check } from '../check.js';
import { existingFunction, updateFunctionCode } from '../trigger-function.js';

/** https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
export const functionState: Check = {
  id: 'function.state',
  area: 'function',
  atStart: true,
  async find(facts) {
    const {
      State: state,
      StateReason,
      LastUpdateStatus,
      LastUpdateStatusReason,
    } = await existingFunction(facts);
    if (state !== undefined && state !== 'Active')
      return {
        severity: state === 'Failed' ? 'error' : 'warning',
        title: `The migration Lambda is not active: ${state}${inBrackets(StateReason)}.`,
        effect:
          state === 'Inactive'
            ? 'Lambda has released what an unused function occupies, and the next sign-ins of legacy users fail until it is back.'
            : 'Cognito cannot call the migration Lambda: legacy users with the right password are refused.',
        remedy: await updateFunctionCode(facts),
        changeable: true,
      };
    if (LastUpdateStatus !== 'Failed') return undefined;
    return {
      severity: 'warning',
      title: `The last update of the migration Lambda failed${inBrackets(LastUpdateStatusReason)}.`,
      effect: 'Cognito still calls the code and the settings from before the update.',
      remedy: await updateFunctionCode(facts),
      changeable: true,
    };
  },
};

const inBrackets = (reason: string | undefined): string => (reason ? ` (${reason.replace(/\.$/, '')})` : '');
