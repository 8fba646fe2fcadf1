import type { Breakage } from './breakage.js';

export const processKilled: Breakage = {
  name: 'a process is killed',
  expectations: { mayLoseAnswers: true },
  isFelt: true,
  begin: async ({ processes }) => processes.get('two')?.kill(),
  end: ({ startProcess }) => startProcess('two'),
};

/** A deployment. Nobody may notice more than a connection that is not taken. */
export const processReplaced: Breakage = {
  name: 'a process is told to end',
  isFelt: true,
  begin: async ({ processes }) => processes.get('two')?.stop(),
  end: ({ startProcess }) => startProcess('two'),
};
