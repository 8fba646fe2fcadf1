import type { Fault } from '../../../apps/user-pool/src/wire/faults.js';
import type { Breakage } from './breakage.js';

const cognito = (name: string, ...faults: Omit<Fault, 'operation'>[]): Breakage => ({
  name,
  isFelt: true,
  expectations: { maySignOutLate: true },
  begin: async ({ pool }) => pool.faults.replace(faults.map((fault) => ({ operation: '*', ...fault }))),
  end: async ({ pool }) => pool.faults.replace([]),
});

export const cognitoThrottles = cognito('Cognito throttles', {
  share: 0.6,
  error: 'TooManyRequestsException',
});

/** Some answers come after Usher has stopped waiting, others before. */
export const cognitoSlow = cognito('Cognito is slow', { latency: 300 }, { share: 0.2, latency: 6000 });

/** Half of what is asked is done all the same, and nobody hears of it. */
export const cognitoDown = cognito('Cognito is down', { share: 0.5, drop: 'after' }, { drop: 'before' });
