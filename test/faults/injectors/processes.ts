import type { FaultInjector } from './fault-injector.js';

export const processKilled: FaultInjector = {
  name: 'a process is killed',
  expectations: { mayLoseAnswers: true },
  isVisible: true,
  begin: async ({ processes }) => processes.get('two')?.kill(),
  end: ({ startProcess }) => startProcess('two'),
};

/** A deployment. Callers may see refused connections only. */
export const processReplaced: FaultInjector = {
  name: 'a process is stopped by SIGTERM',
  isVisible: true,
  begin: async ({ processes }) => processes.get('two')?.stop(),
  end: ({ startProcess }) => startProcess('two'),
};
