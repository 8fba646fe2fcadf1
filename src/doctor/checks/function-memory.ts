import type { Check } from '../check.js';
import { existingFunction, updateFunction } from '../trigger-function.js';

/** MB. Lambda's default is 128. */
const least = 256;
const recommended = 1024;

/** Lambda allots the CPU in proportion to the memory. */
export const functionMemory: Check = {
  id: 'function.memory',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { MemorySize: size = least } = await existingFunction(facts);
    if (size >= least) return undefined;
    return {
      severity: 'warning',
      title: `The migration Lambda has ${size} MB of memory.`,
      effect:
        'It has too little CPU for a cold start within the 5 s that Cognito waits: the first sign-ins after a pause fail.',
      remedy: await updateFunction(facts, ['--memory-size', String(recommended)]),
      changeable: true,
    };
  },
};
