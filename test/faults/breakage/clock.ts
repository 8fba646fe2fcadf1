import type { Breakage } from './breakage.js';

const hour = 3600;

const clock = (name: string, seconds: number): Breakage => ({
  name,
  expectations: { mayMisjudgeTime: true },
  isFelt: false,
  begin: async (world) => world.clock?.set(seconds),
  end: async (world) => world.clock?.set(0),
  skipped: (world) => (world.clock ? undefined : 'libfaketime is not installed (package faketime)'),
});

export const clockAhead = clock('the clock of a process jumps an hour ahead', hour);
export const clockBehind = clock('the clock of a process jumps an hour back', -hour);
