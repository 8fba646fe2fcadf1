import type { Check, Problem } from '../check.js';
import type { TimeInterval } from '../facts.js';

/** Milliseconds. TOTP codes are valid for 30 s, and AWS refuses signatures from 5 minutes on. */
const warningMs = 30_000;
const errorMs = 240_000;

export const databaseClock: Check = {
  id: 'clocks.database',
  area: 'clocks',
  atStart: true,
  async find(facts) {
    // Connects.
    await facts.query('SELECT 1');
    const earliest = Date.now();
    const [row] = await facts.query<{ ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms',
    );
    return row && problemOf('PostgreSQL', distance(row.ms, { earliest, latest: Date.now() }));
  },
};

export const cognitoClock: Check = {
  id: 'clocks.cognito',
  area: 'clocks',
  atStart: true,
  async find(facts) {
    const time = await facts.cognitoTime();
    return problemOf('Cognito', -distance(Date.now(), time));
  },
};

/** How far a time is after an interval; negative before it. */
function distance(time: number, { earliest, latest }: TimeInterval): number {
  if (time > latest) return time - latest;
  return time < earliest ? time - earliest : 0;
}

/** @param aheadMs how far the other clock is ahead of ours */
function problemOf(other: string, aheadMs: number): Problem | undefined {
  if (Math.abs(aheadMs) <= warningMs) return undefined;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return {
    severity: Math.abs(aheadMs) > errorMs ? 'error' : 'warning',
    title: `The clock of ${other} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the clock of this machine.`,
    effect:
      'Tokens count as expired or not yet valid, codes of authenticator apps are refused, and from 5 minutes on AWS refuses signed requests.',
    remedy: `sudo timedatectl set-ntp true # on ${other === 'Cognito' ? 'this machine' : 'this machine and that of the database'}`,
    changeable: true,
  };
}
