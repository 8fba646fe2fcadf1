import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Stage } from './actors/actor.js';
import { injectors } from './injectors/all.js';
import type { FaultInjector } from './injectors/fault-injector.js';
import { Caller } from './caller.js';
import { Load } from './load.js';
import type { Person } from './person.js';
import { seededRandom } from './random.js';
import { findViolations } from './assertions.js';
import { Counters } from './counters.js';
import { Traffic } from './traffic.js';
import { until } from './until.js';
import { startWorld, type World } from './world/world.js';

const seed = Number(process.env.FAULTS_SEED ?? 1);
const longestMs = 150_000;

/** Requests to send during each fault. */
const requestsMeanwhile = 120;

const say = (text: string) => process.stderr.write(`${text}\n`);
const usual = { mayLoseAnswers: false, mayMisjudgeTime: false, maySignOutLate: false };

let world: World;
let stage: Stage;
let traffic: Traffic;
beforeAll(async () => {
  say(`seed ${seed}`);
  world = await startWorld();
  const random = seededRandom(seed);
  const caller = new Caller(() => world.targets(), random, { ...usual, mayMiscount: false });
  stage = { caller, random, mailbox: world.mailbox, load: new Load(world.database.people, random) };
  traffic = new Traffic(stage);
  traffic.start();
}, longestMs);
afterAll(async () => {
  await traffic.abandon();
  await world.close();
}, longestMs);

/** Injects the fault until enough requests were sent and, if the fault is visible, some have failed. */
async function measureFault({ begin, end, isVisible }: FaultInjector): Promise<Counters> {
  const counters = (stage.caller.counters = new Counters());
  await begin(world);
  const begun = counters.requests;
  try {
    await until('the fault had an effect', () => {
      const isEnough =
        counters.requests - begun >= requestsMeanwhile && (!isVisible || counters.failures > 0);
      return isEnough || traffic.violations.length > 0 || undefined;
    });
  } finally {
    await end(world);
  }
  return counters;
}

describe('fault injection under mixed traffic', () => {
  it(
    'completes all kinds of traffic before any fault',
    async () => {
      await traffic.recovered(performance.now(), [...world.processes.keys()]);
      expect(traffic.violations).toEqual([]);
    },
    longestMs,
  );

  it.each(injectors.map((injector) => [injector.name, injector] as const))(
    'recovers without a violation after the fault: %s',
    async (name, injector) => {
      const why = injector.skipped?.(world);
      if (why !== undefined) return say(`SKIPPED: ${name}: ${why}`);
      Object.assign(stage.caller.expectations, injector.expectations);
      const counters = await measureFault(injector);
      const recoveryMs = await traffic.recovered(performance.now(), [...world.processes.keys()]);
      // `mayMiscount` stays: wrong counts expire after a minute.
      Object.assign(stage.caller.expectations, usual);
      say(
        `${name}: ${counters.describe()}; recovered ${(recoveryMs / 1000).toFixed(1)} s after the end of the fault`,
      );
      expect(traffic.violations).toEqual([]);
    },
    longestMs,
  );

  it(
    'leaves no user lost, duplicated, locked out or signed in with a wrong password',
    async () => {
      await traffic.stop();
      const people = involved();
      const mails = people.flatMap(({ promised }) => promised).length;
      say(`${people.length} people, ${mails} promised mails`);
      expect(await findViolations(world, stage, people)).toEqual([]);
      expect(traffic.violations).toEqual([]);
    },
    longestMs * 2,
  );
});

/** All people with traffic, and 20 without. */
function involved(): Person[] {
  const { everybody } = stage.load;
  const untouched = everybody.filter(({ history }) => history.length === 0);
  return [...everybody.filter(({ history }) => history.length > 0), ...untouched.slice(0, 20)];
}
