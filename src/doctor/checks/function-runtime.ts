import type { Check } from '../check.js';
import { existingFunction, updateFunction } from '../trigger-function.js';

/** The bundle is built for it. */
const oldest = 20;

/** Container images have no runtime. */
export const functionRuntime: Check = {
  id: 'function.runtime',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { Runtime: runtime = '' } = await existingFunction(facts);
    const [, version] = /^nodejs(\d*)/.exec(runtime) ?? [];
    if (version === undefined || Number(version) >= oldest) return undefined;
    return {
      severity: 'error',
      title: `The migration Lambda runs on ${runtime}.`,
      effect: `The function needs Node ${oldest}: it may not start, and then no legacy user can migrate. AWS no longer updates the runtime.`,
      remedy: await updateFunction(facts, ['--runtime', 'nodejs24.x']),
      changeable: true,
    };
  },
};
