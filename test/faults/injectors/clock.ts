import type { FaultInjector } from './fault-injector.js';

const hour = 3600;

const clock = (name: string, seconds: number): FaultInjector => ({
  name,
  expectations: { mayMisjudgeTime: true },
  isVisible: false,
  begin: async (world) => world.clock?.set(seconds),
  end: async (world) => world.clock?.set(0),
  skipped: (world) => (world.clock ? undefined : 'libfaketime is not installed (package faketime)'),
});

export const clockAhead = clock('the clock of one process jumps one hour ahead', hour);
export const clockBehind = clock('the clock of one process jumps one hour back', -hour);
