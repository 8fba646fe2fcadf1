import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Stage } from './actors/actor.js';
import { breakages } from './breakage/all.js';
import type { Breakage } from './breakage/breakage.js';
import { Caller } from './caller.js';
import { Crowd } from './crowd.js';
import type { Person } from './person.js';
import { seededRandom } from './random.js';
import { reckon } from './reckoning.js';
import { Tally } from './tally.js';
import { Traffic } from './traffic.js';
import { until } from './until.js';
import { startWorld, type World } from './world/world.js';

const seed = Number(process.env.FAULTS_SEED ?? 1);
const longestMs = 150_000;

/** While something is broken: how much is asked of it. */
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
  stage = { caller, random, post: world.post, crowd: new Crowd(world.database.people, random) };
  traffic = new Traffic(stage);
  traffic.start();
}, longestMs);
afterAll(async () => {
  await traffic.abandon();
  await world.close();
}, longestMs);

/** Until enough was asked while it was broken, and felt. */
async function breakFor({ begin, end, isFelt }: Breakage): Promise<Tally> {
  const tally = (stage.caller.tally = new Tally());
  await begin(world);
  const begun = tally.requests;
  try {
    await until('it was felt', () => {
      const isEnough = tally.requests - begun >= requestsMeanwhile && (!isFelt || tally.troubles > 0);
      return isEnough || traffic.wrongs.length > 0 || undefined;
    });
  } finally {
    await end(world);
  }
  return tally;
}

describe('whatever breaks', () => {
  it(
    'all goes well before',
    async () => {
      await traffic.recovered(performance.now(), [...world.processes.keys()]);
      expect(traffic.wrongs).toEqual([]);
    },
    longestMs,
  );

  it.each(breakages.map((breakage) => [breakage.name, breakage] as const))(
    '%s, and nobody is wronged',
    async (name, breakage) => {
      const why = breakage.skipped?.(world);
      if (why !== undefined) return say(`SKIPPED: ${name}: ${why}`);
      Object.assign(stage.caller.expectations, breakage.expectations);
      const tally = await breakFor(breakage);
      const recoveryMs = await traffic.recovered(performance.now(), [...world.processes.keys()]);
      // What was miscounted is so for a minute yet.
      Object.assign(stage.caller.expectations, usual);
      say(`${name}: ${tally.describe()}; all well ${(recoveryMs / 1000).toFixed(1)} s after its end`);
      expect(traffic.wrongs).toEqual([]);
    },
    longestMs,
  );

  it(
    'leaves nobody lost, doubled, locked out or let in',
    async () => {
      await traffic.stop();
      const people = involved();
      const mails = people.flatMap(({ promised }) => promised).length;
      say(`${people.length} people, ${mails} mails that were promised`);
      expect(await reckon(world, stage, people)).toEqual([]);
      expect(traffic.wrongs).toEqual([]);
    },
    longestMs * 2,
  );
});

/** Whoever did anything, and some who have yet to come. */
function involved(): Person[] {
  const { everybody } = stage.crowd;
  const untouched = everybody.filter(({ history }) => history.length === 0);
  return [...everybody.filter(({ history }) => history.length > 0), ...untouched.slice(0, 20)];
}
