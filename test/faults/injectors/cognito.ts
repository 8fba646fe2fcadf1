import type { Fault } from '../../../apps/user-pool/src/wire/faults.js';
import type { FaultInjector } from './fault-injector.js';

const cognito = (name: string, ...faults: Omit<Fault, 'operation'>[]): FaultInjector => ({
  name,
  isVisible: true,
  expectations: { maySignOutLate: true },
  begin: async ({ pool }) => pool.faults.replace(faults.map((fault) => ({ operation: '*', ...fault }))),
  end: async ({ pool }) => pool.faults.replace([]),
});

export const cognitoThrottles = cognito('Cognito throttles requests', {
  share: 0.6,
  error: 'TooManyRequestsException',
});

/** The latency of a fifth of the answers exceeds Usher's timeout. */
export const cognitoSlow = cognito('Cognito is slow', { latency: 300 }, { share: 0.2, latency: 6000 });

/** Half of the commands are executed, but all answers are lost. */
export const cognitoDown = cognito('Cognito is down', { share: 0.5, drop: 'after' }, { drop: 'before' });
